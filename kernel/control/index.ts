export { type AggregatedRules, aggregatedClusterRoles } from './aggregated-clusterroles.ts';
export { ControlPlane, type Overrides, runControllers } from './control-plane.ts';
export {
  type ControlEnvironment,
  type Controller,
  type ControllerDefinition,
  defineController,
  keyOfName,
  nameOf,
  nameOfKey,
  type ReconcileContext,
  type Result,
  type RunningController,
  type Source,
  specChanged,
  type Watch,
} from './controller.ts';
export { conditionsOf, reconciledCondition } from './dead-letter.ts';
export { type DraftMeta, draft } from './draft.ts';
export { eventExpiry, eventTtlMs } from './event-expiry.ts';
export { type EventInput, type EventRecorder, EventWriter, type EventWriterOptions } from './events.ts';
export { garbageCollector } from './garbage-collector.ts';
export { followServed, type ServedFollower } from './informer.ts';
export { LeaderElection, type LeaderElectionOptions } from './lease.ts';
export { DurationHistogram, type MetricFamily, mergeFamilies, type Sample } from './metrics.ts';
export { type NamespaceControllerOptions, namespaceController } from './namespace-controller.ts';
export {
  applySteps,
  isAlreadyThere,
  isConflict,
  isGone,
  type Step,
  type StepOutcome,
  settleGone,
} from './plan-apply.ts';
export { type RetryOutcome, WorkQueue, type WorkQueueOptions } from './queue.ts';
