export type { FieldError } from '@plinth/structural-schema';
export { openPki } from './auth/pki/certificate-authority.ts';
export { kubeconfigText } from './auth/pki/kubeconfig.ts';
export { type Capability, type CapabilityContext, defineCapability } from './capability.ts';
export {
  type Controller,
  defineController,
  type ReconcileContext,
  type Result,
  type Source,
  specChanged,
} from './control/controller.ts';
export { conditionsOf } from './control/dead-letter.ts';
export type { EventRecorder } from './control/events.ts';
export { isConflict, settleGone } from './control/plan-apply.ts';
export { type Kernel, type KernelOptions, startKernel } from './kernel.ts';
export type { Client, ObjectChange, ObjectName, ResourceId } from './model/client.ts';
export { anyObject, defineKind, enumOf, type KindDefinition, listMapOf, mapOf } from './model/define-kind.ts';
export { equalJson, isObject } from './model/json.ts';
export {
  type Condition,
  type Json,
  type JsonObject,
  type KubeObject,
  setCondition,
} from './model/object.ts';
export { type Column, groupVersion, parseGroupVersion, type ResourceType } from './model/resource-type.ts';
export { StatusError } from './model/status-error.ts';
export { type Clock, formatTime, systemClock } from './ports/clock.ts';
export { type Random, systemRandom } from './ports/random.ts';
export { inspectStore, type StoreInspection } from './store/sqlite-inspect.ts';
