import type { CostBudget, Spend } from '../cost/cost-budget.ts';
import { freeWork } from '../limits.ts';
import { CelCostExceeded } from '../problem.ts';

/** What one evaluation works with: the variables, the variables of loops, and what it may still cost. */
export class Frame {
  /** Frames that no evaluation uses at the moment. An evaluation within another one, as of a variable, takes its own. */
  static readonly #spare: Frame[] = [];

  variables: Readonly<Record<string, unknown>> = nothing;
  /** Variables of loops. One that could not be computed holds its error, which is thrown where it is read. */
  readonly slots: unknown[] = [];
  /** Takes work that the costs of Kubernetes do not show; beyond `freeWork` it is cost too. @throws CelCostExceeded */
  readonly work: Spend;
  #limit = 0;
  #budgetLimit = 0;
  #most = 0;
  #used = 0;
  #work = 0;

  private constructor() {
    this.work = (units) => {
      this.#work += units;
      if (this.#work > freeWork) this.spend(units);
    };
  }

  /**
   * A frame for one evaluation, to be given back with `release`.
   * @param limit - what this evaluation may cost by itself; @param budget - what it shares with others.
   */
  static take(variables: Readonly<Record<string, unknown>>, limit: number, budget: CostBudget): Frame {
    const frame = Frame.#spare.pop() ?? new Frame();
    frame.variables = variables;
    frame.#limit = limit;
    frame.#budgetLimit = budget.limit;
    frame.#most = Math.min(limit, budget.limit - budget.used);
    frame.#used = 0;
    frame.#work = 0;
    return frame;
  }

  /** Forgets the values of an evaluation that is over. */
  release(): void {
    this.variables = nothing;
    if (this.slots.length > 0) this.slots.fill(undefined);
    Frame.#spare.push(this);
  }

  /** Takes cost, in the units of Kubernetes. @throws CelCostExceeded */
  spend(cost: number): void {
    this.#used += cost;
    if (this.#used > this.#most) throw exceeded(this.#most, this.#limit, this.#budgetLimit);
  }

  /** Cost of this evaluation so far. */
  get used(): number {
    return Math.ceil(this.#used);
  }
}

const nothing: Readonly<Record<string, unknown>> = {};

function exceeded(most: number, limit: number, budget: number): CelCostExceeded {
  return new CelCostExceeded(
    most < limit
      ? `operation cancelled: actual cost limit exceeded: ${most} of a budget of ${budget} were left`
      : `operation cancelled: actual cost limit exceeded: an evaluation may cost ${limit}`,
  );
}

/** One part of an expression, planned. It holds no state, so that expressions can share it. */
export interface Evaluator {
  /** Computes the value. @throws CelEvaluationError when there is none. */
  evaluate(frame: Frame): unknown;
}
