import type { CostBudget, Spend } from '../cost/cost-budget.ts';
import { freeWork } from '../limits.ts';
import { CelCostExceeded } from '../problem.ts';

/** What one evaluation works with: the variables, the variables of loops, and what it may still cost. */
export class Frame {
  readonly variables: Readonly<Record<string, unknown>>;
  /** Variables of loops. One that could not be computed holds its error, which is thrown where it is read. */
  readonly slots: unknown[];
  /** Takes cost, in the units of Kubernetes. @throws CelCostExceeded */
  readonly spend: Spend;
  /** Takes work that the costs of Kubernetes do not show; beyond `freeWork` it is cost too. @throws CelCostExceeded */
  readonly work: Spend;
  #used = 0;
  #work = 0;

  /** @param limit - what this evaluation may cost by itself; @param budget - what it shares with others. */
  constructor(
    variables: Readonly<Record<string, unknown>>,
    slots: number,
    limit: number,
    budget: CostBudget,
  ) {
    this.variables = variables;
    this.slots = slots === 0 ? none : Array.from({ length: slots });
    const most = Math.min(limit, budget.limit - budget.used);
    this.spend = (cost) => {
      this.#used += cost;
      if (this.#used > most) throw exceeded(most, limit, budget.limit);
    };
    this.work = (units) => {
      this.#work += units;
      if (this.#work > freeWork) this.spend(units);
    };
  }

  /** Cost of this evaluation so far. */
  get used(): number {
    return Math.ceil(this.#used);
  }
}

const none: unknown[] = [];

function exceeded(most: number, limit: number, budget: number): CelCostExceeded {
  return new CelCostExceeded(
    most < limit
      ? `operation cancelled: actual cost limit exceeded: ${most} of a budget of ${budget} were left`
      : `operation cancelled: actual cost limit exceeded: an evaluation may cost ${limit}`,
  );
}

/** Computes the value of one part of an expression. @throws CelEvaluationError when it has none. */
export type Evaluator = (frame: Frame) => unknown;
