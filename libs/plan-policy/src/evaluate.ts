import {
  CelCostExceeded,
  CelEvaluationError,
  type CelProgram,
  CelUnknown,
  CostBudget,
} from '@plinth/cel-kubernetes';
import { type Plan, redactPlan } from '@plinth/terraform-plan';
import {
  type Evaluation,
  type Finding,
  type Severity,
  severities,
  type Verdict,
  type VerdictCounts,
} from './check.ts';
import type { CompiledCheck } from './compile.ts';
import {
  callCost,
  expressionCostMax,
  findingsMax,
  messageCharsMax,
  pauseCost,
  planCostMax,
} from './limits.ts';
import { matchesPattern } from './pattern.ts';
import { type ChangeView, type PlanView, planView } from './plan-view.ts';
import { type Waiver, Waivers } from './waiver.ts';

/** What an evaluation depends on beside checks and plan. */
export interface EvaluationOptions {
  /** Now, in milliseconds since 1970: waivers that have ended do not count. */
  readonly nowMs: number;
  readonly waivers?: readonly Waiver[];
  /** What all checks together may cost; `planCostMax` by default. For one plan and several sets of checks. */
  readonly costMax?: number;
}

/** A plan as checks see it, and as messages may show it. */
export interface JudgedPlan {
  readonly view: PlanView;
  /** The same without secrets, with the changes in the same places. Asked for when there is something to tell. */
  shown(): PlanView;
  /** Places of changes of which nobody knows whether they will be: what is wrong with them is unknown. */
  readonly uncertain?: ReadonlySet<number>;
}

/** What checks say of a plan, which has to be one with its secrets: they may be compared, and are never shown. */
export function evaluateChecks(
  checks: readonly CompiledCheck[],
  plan: Plan,
  options: EvaluationOptions,
): Evaluation {
  return finish(evaluateInSteps(checks, judged(plan), options));
}

/** A plan made ready for `evaluateInSteps`. */
export function judged(plan: Plan): JudgedPlan {
  let shown: PlanView | undefined;
  return { view: planView(plan), shown: () => (shown ??= planView(redactPlan(plan))) };
}

/** As `evaluateChecks`, with a pause for others after some `pauseCost` each. */
export function* evaluateInSteps(
  checks: readonly CompiledCheck[],
  plan: JudgedPlan,
  { nowMs, waivers = [], costMax = planCostMax }: EvaluationOptions,
): Generator<undefined, Evaluation, undefined> {
  const judge = new Judge(plan, new Waivers(waivers, nowMs), costMax);
  for (const severity of severities) {
    for (const one of checks) {
      if (one.check.severity !== severity) continue;
      yield* judge.apply(one);
    }
  }
  return judge.evaluation();
}

/** Does all steps at once. */
export function finish(steps: Generator<undefined, Evaluation, undefined>): Evaluation {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** What came of an expression. */
type Outcome =
  | { readonly value: unknown }
  | { readonly unknown: readonly string[] }
  | { readonly error: string };

/** What came of a check on a change; undefined when it is right, or the check is not about it. */
type Judgement =
  | { readonly verdict: 'fail' }
  | { readonly verdict: 'unknown'; readonly unknown: readonly string[] }
  | { readonly verdict: 'error'; readonly message: string };

class Judge {
  readonly #plan: JudgedPlan;
  readonly #waivers: Waivers;
  readonly #findings: Finding[] = [];
  readonly #counts: Record<Severity, Record<Verdict, number>>;
  #leftOut = 0;
  #waived = 0;
  #passed = 0;
  readonly #costMax: number;
  /** Cost that is left; below 0 when there was not enough. */
  #left: number;
  #sincePause = 0;

  constructor(plan: JudgedPlan, waivers: Waivers, costMax: number) {
    this.#plan = plan;
    this.#waivers = waivers;
    this.#costMax = costMax;
    this.#left = costMax;
    const none = (): Record<Verdict, number> => ({ fail: 0, unknown: 0, error: 0 });
    this.#counts = { critical: none(), high: none(), medium: none(), low: none() };
  }

  evaluation(): Evaluation {
    const counts: Readonly<Record<Severity, VerdictCounts>> = this.#counts;
    return {
      findings: this.#findings,
      findingsLeftOut: this.#leftOut,
      counts,
      waived: this.#waived,
      passed: this.#passed,
      cost: this.#costMax - Math.max(0, this.#left),
    };
  }

  *apply(compiled: CompiledCheck): Generator<undefined, void, undefined> {
    for (const [place, change] of this.#plan.view.changes.entries()) {
      if (!isAbout(compiled, change) || this.#left < 0) continue;
      const judgement = this.#judge(compiled, change, place);
      if (judgement === 'pass') this.#passed++;
      else if (judgement !== 'not-about') this.#add(compiled, judgement, place);
      if (this.#sincePause < pauseCost) continue;
      this.#sincePause = 0;
      yield;
    }
    if (this.#left >= 0) return;
    // One for each check that did not come to its end: nobody may take it for having passed.
    this.#note(compiled, '', {
      verdict: 'error',
      message: `not worked out: all checks together may cost ${planCostMax} on a plan; make the expensive ones cheaper`,
    });
  }

  #judge(compiled: CompiledCheck, change: ChangeView, place: number): Judgement | 'pass' | 'not-about' {
    const when: Outcome = compiled.when ? this.#run(compiled.when, change, place) : { value: true };
    if ('value' in when && when.value !== true) return 'not-about';
    if ('error' in when) return { verdict: 'error', message: when.error };
    const assert = this.#run(compiled.assert, change, place);
    if ('error' in assert) return { verdict: 'error', message: assert.error };
    // What is right is right, whether the check is about it or not.
    if ('value' in assert && assert.value === true) return 'pass';
    const unknown = [when, assert].flatMap((one) => ('unknown' in one ? one.unknown : []));
    if ('unknown' in when || 'unknown' in assert)
      return { verdict: 'unknown', unknown: [...new Set(unknown)] };
    if (this.#plan.uncertain?.has(place)) return { verdict: 'unknown', unknown: ['change'] };
    return { verdict: 'fail' };
  }

  #run(program: CelProgram, change: ChangeView, place: number): Outcome {
    const { view } = this.#plan;
    const outcome = this.#evaluate(program, view, change);
    if (!('error' in outcome)) return outcome;
    // The text of an error may have a value in it; what the same expression says of the plan without secrets has none.
    const shown = this.#plan.shown();
    const again = this.#evaluate(program, shown, shown.changes[place] ?? change);
    const error =
      'error' in again ? again.error : 'it cannot be worked out, because of a value that is secret';
    return { error };
  }

  #evaluate(program: CelProgram, view: PlanView, change: ChangeView): Outcome {
    const budget = new CostBudget(Math.min(expressionCostMax, Math.max(0, this.#left)));
    try {
      const plan = { changes: view.changes, terraformVersion: view.terraformVersion };
      return { value: program.evaluate({ change, plan, variables: view.variables }, budget) };
    } catch (error) {
      if (error instanceof CelCostExceeded) {
        if (budget.limit < expressionCostMax) this.#left = -1;
        return { error: `it costs more than ${budget.limit} on this resource; make it cheaper` };
      }
      if (error instanceof CelUnknown) return { unknown: error.attributes };
      if (!(error instanceof CelEvaluationError)) throw error;
      return { error: error.message };
    } finally {
      if (this.#left >= 0) this.#left -= budget.used;
      this.#sincePause += budget.used + callCost;
    }
  }

  #add(compiled: CompiledCheck, judgement: Judgement, place: number): void {
    if (this.#left < 0) return;
    const change = this.#plan.shown().changes[place];
    if (!change) throw new Error(`the plan without secrets has no change ${place}`);
    const { check, message } = compiled;
    if (judgement.verdict === 'fail' && message && this.#findings.length < findingsMax) {
      const outcome = this.#evaluate(message, this.#plan.shown(), change);
      const text = 'value' in outcome && typeof outcome.value === 'string' ? outcome.value : '';
      this.#note(compiled, change.address, judgement, text);
    } else this.#note(compiled, change.address, judgement, check.title);
  }

  #note({ check }: CompiledCheck, address: string, judgement: Judgement, text = ''): void {
    const { name, title, severity, remedy } = check;
    const { verdict } = judgement;
    const waiver = this.#waivers.of({ check: name, address });
    if (waiver === undefined) this.#counts[severity][verdict]++;
    else this.#waived++;
    if (this.#findings.length >= findingsMax) {
      this.#leftOut++;
      return;
    }
    const message = oneLine(verdict === 'error' ? judgement.message : text) || title;
    const unknown = verdict === 'unknown' ? judgement.unknown : [];
    this.#findings.push({ check: name, title, severity, remedy, verdict, address, message, unknown, waiver });
  }
}

function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length <= messageCharsMax ? line : `${line.slice(0, messageCharsMax - 1)}…`;
}

function isAbout({ check, actions }: CompiledCheck, { mode, type, action, deposed }: ChangeView): boolean {
  // An object whose place another one took is only ever deleted.
  if (!actions.has(deposed === '' ? action : 'delete')) return false;
  const name = mode === 'data' ? `data.${type}` : type;
  const { resources } = check;
  if (resources === undefined) return mode !== 'data';
  return resources.some(
    (pattern) => matchesPattern(pattern, name) && (mode !== 'data' || pattern.startsWith('data.')),
  );
}
