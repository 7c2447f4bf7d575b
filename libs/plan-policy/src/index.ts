export {
  type Check,
  type Evaluation,
  type Finding,
  type JudgedAction,
  judgedActions,
  type Severity,
  severities,
  type Verdict,
  type VerdictCounts,
} from './check.ts';
export { type CheckFault, type Compilation, type CompiledCheck, compileChecks } from './compile.ts';
export {
  type EvaluationOptions,
  evaluateChecks,
  evaluateInSteps,
  finish,
  type JudgedPlan,
  judged,
} from './evaluate.ts';
export { findingsMax, planCostMax } from './limits.ts';
export { matchesPattern } from './pattern.ts';
export { type ChangeView, linked, type PlanView, planView, type UnlinkedChange } from './plan-view.ts';
export type { References } from './references.ts';
export type { Waiver } from './waiver.ts';
