import {
  CelCostExceeded,
  CelEvaluationError,
  type CelProgram,
  CostBudget,
  LazyObject,
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
import { type Pausing, policyTurns } from './turns.ts';

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
  /** The variables of the policy; null where it has none. */
  readonly variables: unknown;
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
const noDenials: readonly Decision[] = [];
/** What comes of a policy that is content. */
export const nothingFound: Outcome = { denials: noDenials, annotations: [], annotationFailures: [] };

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
  readonly #inputs: Inputs;
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

  /** Does all of it at once when policies have not worked long in this turn of the event loop: almost always. */
  *run(): Pausing<Outcome> {
    const outcome = yield* this.#outcome();
    const { slowFor, username } = this.#judge;
    if (slowFor.size > 0 && !this.#wasSlow) forgive(slowFor, username);
    return outcome;
  }

  *#outcome(): Pausing<Outcome> {
    try {
      const { matchConditions, auditAnnotations } = this.#program;
      if (matchConditions.length > 0) {
        if (!(yield* this.#matches())) return nothingFound;
        this.#budget = new CostBudget(runtimeCostBudget);
      }
      const denials = yield* this.#denials();
      if (auditAnnotations.length === 0)
        return denials.length === 0 ? nothingFound : { ...nothingFound, denials };
      this.#budget = new CostBudget(runtimeCostBudget);
      return { denials, ...(yield* this.#annotations()) };
    } catch (error) {
      if (!(error instanceof CelEvaluationError)) throw error;
      return this.#fails ? { ...nothingFound, denials: [failure(0, error.message)] } : nothingFound;
    }
  }

  /** Whether all match conditions hold: one that is false decides, whatever others fail. */
  *#matches(): Pausing<boolean> {
    const failures: string[] = [];
    for (const { expression } of this.#program.matchConditions) {
      const result = this.#evaluate(expression) ?? (yield* this.#evaluateLater(expression));
      if ('failure' in result) failures.push(result.failure);
      else if (result.value !== true) return false;
    }
    const [first] = failures;
    if (first !== undefined) {
      throw new CelEvaluationError(failures.length === 1 ? first : `[${failures.join(', ')}]`);
    }
    return true;
  }

  *#denials(): Pausing<readonly Decision[]> {
    let denials: Decision[] | undefined;
    let index = -1;
    for (const validation of this.#program.validations) {
      index++;
      const result =
        this.#evaluate(validation.expression) ?? (yield* this.#evaluateLater(validation.expression));
      if ('failure' in result) {
        if (this.#fails) (denials ??= []).push(failure(index, result.failure));
      } else if (result.value !== true) {
        const { reason } = validation;
        const message = yield* this.#message(validation);
        (denials ??= []).push({ index, message, reason });
      }
    }
    return denials ?? noDenials;
  }

  *#message({ message, messageExpression, expression }: ValidationProgram): Pausing<string> {
    if (messageExpression) {
      const result = this.#evaluate(messageExpression) ?? (yield* this.#evaluateLater(messageExpression));
      const made = 'value' in result && typeof result.value === 'string' ? result.value.trim() : '';
      if (made !== '' && !made.includes('\n') && Buffer.byteLength(made) <= messageBytesMax) return made;
    }
    const fixed = message.trim();
    return fixed === '' ? `failed expression: ${expression.text.trim()}` : fixed;
  }

  *#annotations(): Pausing<Pick<Outcome, 'annotations' | 'annotationFailures'>> {
    const annotations: { key: string; value: string }[] = [];
    const annotationFailures: string[] = [];
    for (const { key, expression } of this.#program.auditAnnotations) {
      const result = this.#evaluate(expression) ?? (yield* this.#evaluateLater(expression));
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
   * Works an expression out, unless it has to wait.
   * @throws OutOfBudget
   */
  #evaluate(expression: Expression): Result | undefined {
    if ('problem' in expression) return { failure: `compilation error: ${expression.problem}` };
    const { username, slowFor } = this.#judge;
    if (!policyTurns.hasRoom || (slowFor.size > 0 && slowFor.has(username))) return undefined;
    return settled(this.#noted(expression));
  }

  /** Works out an expression that has to wait. */
  *#evaluateLater(expression: Expression): Pausing<Result> {
    if ('problem' in expression) return { failure: `compilation error: ${expression.problem}` };
    const { username, clock, slowFor } = this.#judge;
    if (!slowFor.has(username)) {
      while (!policyTurns.hasRoom) yield policyTurns.nextTurn();
      return settled(this.#noted(expression));
    }
    const late: { result?: Result | OutOfBudget } = {};
    yield policyTurns.slow(username, clock, () => {
      late.result = this.#noted(expression);
    });
    if (!late.result)
      throw new Error(`the expression '${expression.text}' was let through and not worked out`);
    return settled(late.result);
  }

  /** Works an expression out, and notes whether that was much. Cost tells, not time, which others may have taken. */
  #noted({ program, text }: CompiledExpression): Result | OutOfBudget {
    const { username, clock, slowFor } = this.#judge;
    const before = this.#budget.used;
    const result = this.#workOut(program, text);
    const cost = this.#budget.used - before;
    policyTurns.spend(cost, clock);
    if (cost >= slowCostMin) {
      if (slowFor.size >= slowUsersMax) slowFor.clear();
      slowFor.set(username, quickRunsMin);
      this.#wasSlow = true;
    }
    return result;
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
  #lazyVariables(): LazyObject {
    const { variables, variableNames } = this.#program;
    return new LazyObject(variableNames, (place) => {
      const variable = variables[place];
      return variable && this.#variable(variable.name, variable.expression);
    });
  }

  #variable(name: string, expression: Expression): unknown {
    if ('problem' in expression) throw new CelEvaluationError(expression.problem);
    try {
      return expression.program.evaluateValue(this.#inputs, this.#budget);
    } catch (error) {
      if (error instanceof CelCostExceeded || !(error instanceof CelEvaluationError)) throw error;
      throw new CelEvaluationError(
        `composited variable ${JSON.stringify(name)} fails to evaluate: ${error.message}`,
      );
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
