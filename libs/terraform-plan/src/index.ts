export { Exact, type JsonRecord, type Path, printJson, type Step, type Value } from '@plinth/terraform-json';
export { planDigest } from './digest.ts';
export {
  type NormalizedChange,
  normalizeChange,
  type PlannedValue,
  Unknown,
  unknown,
  type ValueState,
  valueAt,
} from './normalized-change.ts';
export type {
  Action,
  Change,
  Check,
  CheckInstance,
  DeferredChange,
  Importing,
  Plan,
  PriorState,
  RelevantAttribute,
  ReplaceOrder,
  ResourceChange,
} from './plan.ts';
export {
  type PlanChanges,
  planChanges,
  type ShownAttribute,
  type ShownChange,
  type ShownOutput,
} from './plan-changes.ts';
export { PlanError } from './plan-error.ts';
export { parsePlan } from './plan-reader.ts';
export { redactPlan } from './redaction.ts';
export { type Forge, type RenderOptions, renderPlan } from './rendering.ts';
export {
  type ChangeCounts,
  type DestructiveChange,
  type Outcome,
  type Summary,
  summarize,
} from './summary.ts';
