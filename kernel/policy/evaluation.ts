import {
  CelCostExceeded,
  CelEvaluationError,
  type CelProgram,
  CostBudget,
  runtimeCostBudget,
} from '@plinth/cel-kubernetes';
import type { Clock } from '../ports/clock.ts';
import {
  auditValueCharsMax,
  matchConditionCostMax,
  messageBytesMax,
  quickRunsMin,
  slowCostMin,
  slowUsersMax,
} from './limits.ts';
import type { Expression, PolicyProgram, ValidationProgram } from './policy-program.ts';
import { policyTurns } from './turns.ts';

/** What came of one validation. Spec: Kubernetes apiserver, PolicyDecision. */
export interface Decision {
  /** Place of the validation in the policy; 0 when it was not reached. */
  readonly index: number;
  readonly message: string;
  /** Reason of the refusal; empty means Invalid. */
  readonly reason: string;
}

/** What came of a policy with one set of parameters. */
export interface Outcome {
  /** The validations that refuse the request; failures are among them when failurePolicy is Fail. */
  readonly denials: readonly Decision[];
  readonly annotations: readonly { readonly key: string; readonly value: string }[];
  /** Failures of audit annotations, which refuse the request when failurePolicy is Fail. */
  readonly annotationFailures: readonly string[];
}

/** Values of the variables that all expressions of a policy may name. */
export interface Inputs extends Readonly<Record<string, unknown>> {
  readonly object: unknown;
  readonly oldObject: unknown;
  readonly request: unknown;
  readonly namespaceObject: unknown;
  readonly params: unknown;
  readonly authorizer: unknown;
  readonly 'authorizer.requestResource': unknown;
}

/** What came of an expression. */
type Result = { readonly value: unknown } | { readonly failure: string };
type CompiledExpression = Extract<Expression, { readonly program: CelProgram }>;

/** The cost budget that all expressions of one kind share is used up: none of them is worked out any more. */
class OutOfBudget extends CelCostExceeded {}

const outOfBudget =
  'validation failed due to running out of cost budget, no further validation rules will be run';
/** What comes of a policy that is content. */
export const nothingFound: Outcome = { denials: [], annotations: [], annotationFailures: [] };

/** By whom and for whom a policy is worked out. */
export interface Judge {
  readonly program: PolicyProgram;
  /** Whether a failure refuses the request (failurePolicy Fail). */
  readonly fails: boolean;
  /** Who sent the request. */
  readonly username: string;
  readonly clock: Clock;
  /** Users for whom the policy took long lately, with how often it must not until it is forgotten; kept up here. */
  readonly slowFor: Map<string, number>;
}

/**
 * Works a policy out for one write and one set of parameters.
 * Spec: Kubernetes apiserver, admission/plugin/policy/validating, validator.Validate.
 */
export class Evaluation {
  readonly #program: PolicyProgram;
  readonly #fails: boolean;
  readonly #judge: Judge;
  readonly #inputs: Readonly<Record<string, unknown>>;
  /** What the expressions at hand may cost together. */
  #budget: CostBudget;
  #wasSlow = false;

  constructor(judge: Judge, inputs: Inputs) {
    const { program, fails } = judge;
    this.#judge = judge;
    this.#program = program;
    this.#fails = fails;
    const hasConditions = program.matchConditions.length > 0;
    this.#budget = new CostBudget(hasConditions ? matchConditionCostMax : runtimeCostBudget);
    this.#inputs = program.variables.length === 0 ? inputs : { ...inputs, variables: this.#lazyVariables() };
  }

  async run(): Promise<Outcome> {
    const outcome = await this.#outcome();
    const { slowFor, username } = this.#judge;
    if (slowFor.size > 0 && !this.#wasSlow) forgive(slowFor, username);
    return outcome;
  }

  async #outcome(): Promise<Outcome> {
    try {
      const { matchConditions, auditAnnotations } = this.#program;
      if (matchConditions.length > 0) {
        if (!(await this.#matches())) return nothingFound;
        this.#budget = new CostBudget(runtimeCostBudget);
      }
      const denials = await this.#denials();
      if (auditAnnotations.length === 0)
        return denials.length === 0 ? nothingFound : { ...nothingFound, denials };
      this.#budget = new CostBudget(runtimeCostBudget);
      return { denials, ...(await this.#annotations()) };
    } catch (error) {
      if (!(error instanceof CelEvaluationError)) throw error;
      return this.#fails ? { ...nothingFound, denials: [failure(0, error.message)] } : nothingFound;
    }
  }

  /** Whether all match conditions hold: one that is false decides, whatever others fail. */
  async #matches(): Promise<boolean> {
    const failures: string[] = [];
    for (const { expression } of this.#program.matchConditions) {
      const pending = this.#evaluate(expression);
      const result = pending instanceof Promise ? await pending : pending;
      if ('failure' in result) failures.push(result.failure);
      else if (result.value !== true) return false;
    }
    const [first] = failures;
    if (first !== undefined) {
      throw new CelEvaluationError(failures.length === 1 ? first : `[${failures.join(', ')}]`);
    }
    return true;
  }

  async #denials(): Promise<Decision[]> {
    const denials: Decision[] = [];
    let index = -1;
    for (const validation of this.#program.validations) {
      index++;
      const pending = this.#evaluate(validation.expression);
      const result = pending instanceof Promise ? await pending : pending;
      if ('failure' in result) {
        if (this.#fails) denials.push(failure(index, result.failure));
      } else if (result.value !== true) {
        const { reason } = validation;
        denials.push({ index, message: await this.#message(validation), reason });
      }
    }
    return denials;
  }

  async #message({ message, messageExpression, expression }: ValidationProgram): Promise<string> {
    if (messageExpression) {
      const result = await this.#evaluate(messageExpression);
      const made = 'value' in result && typeof result.value === 'string' ? result.value.trim() : '';
      if (made !== '' && !made.includes('\n') && Buffer.byteLength(made) <= messageBytesMax) return made;
    }
    const fixed = message.trim();
    return fixed === '' ? `failed expression: ${expression.text.trim()}` : fixed;
  }

  async #annotations(): Promise<Pick<Outcome, 'annotations' | 'annotationFailures'>> {
    const annotations: { key: string; value: string }[] = [];
    const annotationFailures: string[] = [];
    for (const { key, expression } of this.#program.auditAnnotations) {
      const pending = this.#evaluate(expression);
      const result = pending instanceof Promise ? await pending : pending;
      if ('failure' in result) {
        if (this.#fails) annotationFailures.push(result.failure);
        continue;
      }
      const value = typeof result.value === 'string' ? result.value.trim() : '';
      if (value !== '') annotations.push({ key, value: value.slice(0, auditValueCharsMax) });
    }
    return { annotations, annotationFailures };
  }

  /**
   * Works an expression out: at once when policies have not worked long in this turn of the event loop, which is so
   * almost always.
   * @throws OutOfBudget
   */
  #evaluate(expression: Expression): Result | Promise<Result> {
    if ('problem' in expression) return { failure: `compilation error: ${expression.problem}` };
    const { username, slowFor } = this.#judge;
    if (slowFor.size > 0 && slowFor.has(username)) return this.#evaluateSlow(expression);
    if (!policyTurns.hasRoom) return this.#evaluateLater(expression);
    const { result, ms } = this.#timed(expression);
    policyTurns.spend(ms);
    return settled(result);
  }

  async #evaluateLater(expression: CompiledExpression): Promise<Result> {
    await policyTurns.room();
    const { result, ms } = this.#timed(expression);
    policyTurns.spend(ms);
    return settled(result);
  }

  async #evaluateSlow(expression: CompiledExpression): Promise<Result> {
    const { username, clock } = this.#judge;
    return settled(await policyTurns.slow(username, clock, () => this.#timed(expression)));
  }

  /** Works an expression out, and notes whether that was much. Cost tells, not time, which others may have taken. */
  #timed({ program, text }: CompiledExpression): { result: Result | OutOfBudget; ms: number } {
    const { username, clock, slowFor } = this.#judge;
    const startMs = clock.monotonic();
    const before = this.#budget.used;
    const result = this.#workOut(program, text);
    if (this.#budget.used - before >= slowCostMin) {
      if (slowFor.size >= slowUsersMax) slowFor.clear();
      slowFor.set(username, quickRunsMin);
      this.#wasSlow = true;
    }
    return { result, ms: clock.monotonic() - startMs };
  }

  #workOut(program: CelProgram, text: string): Result | OutOfBudget {
    try {
      return { value: program.evaluate(this.#inputs, this.#budget) };
    } catch (error) {
      if (error instanceof CelCostExceeded && this.#isOutOfBudget) return new OutOfBudget(outOfBudget);
      if (!(error instanceof CelEvaluationError)) throw error;
      return { failure: `expression '${text}' resulted in error: ${error.message}` };
    }
  }

  get #isOutOfBudget(): boolean {
    return this.#budget.used >= this.#budget.limit;
  }

  /** The variables, each worked out when it is first read, and kept for all expressions after that. */
  #lazyVariables(): object {
    const variables = {};
    for (const { name, expression } of this.#program.variables) {
      let known: { value: unknown } | { error: CelEvaluationError } | undefined;
      const get = (): unknown => {
        known ??= this.#variable(name, expression);
        if ('error' in known) throw known.error;
        return known.value;
      };
      Object.defineProperty(variables, name, { get, enumerable: true });
    }
    return variables;
  }

  #variable(name: string, expression: Expression): { value: unknown } | { error: CelEvaluationError } {
    if ('problem' in expression) return { error: new CelEvaluationError(expression.problem) };
    try {
      return { value: expression.program.evaluateValue(this.#inputs, this.#budget) };
    } catch (error) {
      if (error instanceof CelCostExceeded) return { error };
      if (!(error instanceof CelEvaluationError)) throw error;
      const message = `composited variable ${JSON.stringify(name)} fails to evaluate: ${error.message}`;
      return { error: new CelEvaluationError(message) };
    }
  }
}

function settled(result: Result | OutOfBudget): Result {
  if (result instanceof OutOfBudget) throw result;
  return result;
}

/** Counts a run that was quick. Only many of them are trusted, or every other one could be slow again. */
function forgive(slowFor: Map<string, number>, username: string): void {
  const left = (slowFor.get(username) ?? 0) - 1;
  if (left > 0) slowFor.set(username, left);
  else slowFor.delete(username);
}

function failure(index: number, message: string): Decision {
  return { index, message, reason: '' };
}
