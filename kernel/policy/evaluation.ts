import {
  CelCostExceeded,
  CelEvaluationError,
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
import type { LoadedPolicy } from './policy-index.ts';
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
  readonly denials: Decision[];
  readonly annotations: { readonly key: string; readonly value: string }[];
  /** Failures of audit annotations, which refuse the request when failurePolicy is Fail. */
  readonly annotationFailures: string[];
}

/** Values of the variables that all expressions of a policy may name. */
export interface Inputs extends Record<string, unknown> {
  readonly object: unknown;
  readonly oldObject: unknown;
  readonly request: unknown;
  readonly namespaceObject: unknown;
  /** The parameters of the policy at hand; null where it has none. */
  params: unknown;
  /** The variables of the policy at hand. */
  variables: unknown;
  readonly authorizer: unknown;
  readonly 'authorizer.requestResource': unknown;
}

/** Why no expression is worked out any more: those of its kind have used up what they may cost together. */
const outOfBudget =
  'validation failed due to running out of cost budget, no further validation rules will be run';

/** An expression that has no value. */
class Failure {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What the expression at hand is; `done` when there is none. */
type Step = 'condition' | 'validation' | 'message' | 'annotation' | 'done';

/**
 * Works policies out for one write, one after the other. A policy goes through its match conditions, one of which may
 * end it, its validations, each of which may lead to a message, and its audit annotations:
 *
 *     condition -> validation <-> message -> annotation -> done
 *
 * Each step is one expression, and before each a policy may have to wait. Almost none does, and most find nothing; with
 * a hundred of them it is the memory they touch that takes the time, so this one object serves them all.
 * Spec: Kubernetes apiserver, admission/plugin/policy/validating, validator.Validate.
 */
export class Evaluation {
  readonly #inputs: Inputs;
  readonly #username: string;
  readonly #clock: Clock;
  /** What the expressions at hand may cost together. */
  readonly #budget = new CostBudget(runtimeCostBudget);
  /** The variables, each worked out when it is first read, and kept for all expressions after that. */
  readonly #variables: LazyObject;
  #policy: LoadedPolicy;
  #program: PolicyProgram;
  #step: Step = 'done';
  /** Place of the expression at hand among those of its kind. */
  #at = 0;
  /** Failures of match conditions. */
  #failures: string[] | undefined;
  #outcome: Outcome | undefined;
  #wasSlow = false;

  /**
   * @param policy the first one
   * @param username who sent the write
   */
  constructor(policy: LoadedPolicy, inputs: Inputs, username: string, clock: Clock) {
    this.#policy = policy;
    this.#program = policy.program;
    this.#inputs = inputs;
    this.#username = username;
    this.#clock = clock;
    this.#variables = new LazyObject(this.#program.variableNames, (place) => this.#variable(place));
    inputs.variables = this.#variables;
  }

  /** Begins with a policy. @param params null where it has none */
  start(policy: LoadedPolicy, params: unknown): void {
    const { program } = policy;
    const hasConditions = program.matchConditions.length > 0;
    this.#policy = policy;
    this.#program = program;
    this.#inputs.params = params;
    this.#variables.renew(program.variableNames);
    this.#budget.renew(hasConditions ? matchConditionCostMax : runtimeCostBudget);
    this.#failures = undefined;
    this.#outcome = undefined;
    this.#wasSlow = false;
    this.#at = -1;
    if (hasConditions) this.#next('condition', program.matchConditions.length);
    else this.#next('validation', program.validations.length);
  }

  /** Works on until the policy is done, which is told by true, or has to wait. */
  advance(): boolean {
    while (this.#step !== 'done') {
      if (!policyTurns.hasRoom || this.#policy.slowFor?.has(this.#username)) return false;
      this.#work();
    }
    if (this.#policy.slowFor && !this.#wasSlow) forgive(this.#policy.slowFor, this.#username);
    return true;
  }

  /** What a policy that has to wait waits for. */
  pause(): Promise<unknown> {
    if (!this.#policy.slowFor?.has(this.#username)) return policyTurns.nextTurn();
    return policyTurns.slow(this.#username, this.#clock, () => this.#work());
  }

  /** What came of the policy; undefined when it is content. */
  get outcome(): Outcome | undefined {
    return this.#outcome;
  }

  #work(): void {
    try {
      switch (this.#step) {
        case 'condition':
          return this.#condition();
        case 'validation':
          return this.#validation();
        case 'message':
          return this.#message();
        case 'annotation':
          return this.#annotation();
        case 'done':
          return;
      }
    } catch (error) {
      if (!(error instanceof CelEvaluationError)) throw error;
      this.#step = 'done';
      this.#outcome = undefined;
      if (this.#policy.fails) this.#found().denials.push({ index: 0, message: error.message, reason: '' });
    }
  }

  /** Goes to the next of `count` expressions of a kind, and from the last one to the next kind. */
  #next(step: Step, count: number): void {
    this.#step = step;
    this.#at++;
    if (this.#at < count) return;
    const { validations, auditAnnotations } = this.#program;
    this.#at = -1;
    if (step === 'annotation') {
      this.#step = 'done';
      return;
    }
    // An empty list, as of annotations that almost no policy has, is passed by at once.
    if (step === 'condition') {
      this.#budget.renew(runtimeCostBudget);
      this.#next('validation', validations.length);
    } else {
      if (auditAnnotations.length > 0) this.#budget.renew(runtimeCostBudget);
      this.#next('annotation', auditAnnotations.length);
    }
  }

  /** Match conditions: one that is false decides, whatever others fail. */
  #condition(): void {
    const { matchConditions } = this.#program;
    const value = this.#evaluate(matchConditions[this.#at]?.expression);
    if (value instanceof Failure) (this.#failures ??= []).push(value.text);
    else if (value !== true) {
      this.#step = 'done';
      return;
    }
    if (this.#failures && this.#at === matchConditions.length - 1) {
      const [first, ...more] = this.#failures;
      throw new CelEvaluationError(more.length === 0 ? String(first) : `[${this.#failures.join(', ')}]`);
    }
    this.#next('condition', matchConditions.length);
  }

  #validation(): void {
    const { validations } = this.#program;
    const validation = validations[this.#at];
    const value = this.#evaluate(validation?.expression);
    if (value instanceof Failure) {
      if (this.#policy.fails) this.#deny(value.text, '');
    } else if (value !== true && validation) {
      if (validation.messageExpression) {
        this.#step = 'message';
        return;
      }
      this.#deny(fixedMessage(validation), validation.reason);
    }
    this.#next('validation', validations.length);
  }

  #message(): void {
    const { validations } = this.#program;
    const validation = validations[this.#at];
    const value = this.#evaluate(validation?.messageExpression);
    const made = typeof value === 'string' ? value.trim() : '';
    const isFit = made !== '' && !made.includes('\n') && Buffer.byteLength(made) <= messageBytesMax;
    if (validation) this.#deny(isFit ? made : fixedMessage(validation), validation.reason);
    this.#next('validation', validations.length);
  }

  #annotation(): void {
    const { auditAnnotations } = this.#program;
    const annotation = auditAnnotations[this.#at];
    const value = this.#evaluate(annotation?.expression);
    if (value instanceof Failure) {
      if (this.#policy.fails) this.#found().annotationFailures.push(value.text);
    } else if (typeof value === 'string' && value.trim() !== '' && annotation) {
      const { key } = annotation;
      this.#found().annotations.push({ key, value: value.trim().slice(0, auditValueCharsMax) });
    }
    this.#next('annotation', auditAnnotations.length);
  }

  #deny(message: string, reason: string): void {
    this.#found().denials.push({ index: this.#at, message, reason });
  }

  #found(): Outcome {
    return (this.#outcome ??= { denials: [], annotations: [], annotationFailures: [] });
  }

  /** The value of an expression, or Failure. @throws CelCostExceeded when no other one can be worked out either */
  #evaluate(expression: Expression | undefined): unknown {
    if (expression === undefined) return undefined;
    if ('problem' in expression) return new Failure(`compilation error: ${expression.problem}`);
    const before = this.#budget.used;
    try {
      return expression.evaluate(this.#inputs, this.#budget);
    } catch (error) {
      const isSpent = this.#budget.used >= this.#budget.limit;
      if (error instanceof CelCostExceeded && isSpent) throw new CelCostExceeded(outOfBudget);
      if (!(error instanceof CelEvaluationError)) throw error;
      return new Failure(`expression '${expression.expression}' resulted in error: ${error.message}`);
    } finally {
      this.#note(this.#budget.used - before);
    }
  }

  /** Notes what an expression was. Cost tells whether that was much, not time, which others may have taken. */
  #note(cost: number): void {
    policyTurns.spend(cost, this.#clock);
    if (cost < slowCostMin) return;
    const slowFor = (this.#policy.slowFor ??= new Map<string, number>());
    if (slowFor.size >= slowUsersMax) slowFor.clear();
    slowFor.set(this.#username, quickRunsMin);
    this.#wasSlow = true;
  }

  #variable(place: number): unknown {
    const variable = this.#program.variables[place];
    if (variable === undefined) return undefined;
    const { name, expression } = variable;
    if ('problem' in expression) throw new CelEvaluationError(expression.problem);
    try {
      return expression.evaluateValue(this.#inputs, this.#budget);
    } catch (error) {
      if (error instanceof CelCostExceeded || !(error instanceof CelEvaluationError)) throw error;
      throw new CelEvaluationError(
        `composited variable ${JSON.stringify(name)} fails to evaluate: ${error.message}`,
      );
    }
  }
}

function fixedMessage({ message, expression }: ValidationProgram): string {
  return message.trim() || `failed expression: ${expression.expression.trim()}`;
}

/** Counts a run that was quick. Only many of them are trusted, or every other one could be slow again. */
function forgive(slowFor: Map<string, number>, username: string): void {
  const left = (slowFor.get(username) ?? 0) - 1;
  if (left > 0) slowFor.set(username, left);
  else slowFor.delete(username);
}
