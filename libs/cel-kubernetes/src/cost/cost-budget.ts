import { CelCostExceeded } from '../problem.ts';

/** Takes cost or work. @throws CelCostExceeded when no more is left. */
export type Spend = (cost: number) => void;

/**
 * What evaluations may cost together. A unit is about the work of reading one variable; Kubernetes allows
 * `runtimeCostBudget` for one request.
 */
export class CostBudget {
  #limit: number;
  #used = 0;

  /** @param limit - in units of cost, an integer above zero. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** What evaluations may cost together. */
  get limit(): number {
    return this.#limit;
  }

  /** Begins anew, with nothing used. */
  renew(limit: number): void {
    this.#limit = limit;
    this.#used = 0;
  }

  /** Cost so far. It can pass the limit by the last step. */
  get used(): number {
    return this.#used;
  }

  /** @throws CelCostExceeded when more than the limit is used. */
  spend(cost: number): void {
    this.#used += cost;
    if (this.#used > this.#limit) {
      throw new CelCostExceeded(
        `operation cancelled: actual cost limit exceeded: ${this.#used} used, ${this.#limit} allowed`,
      );
    }
  }
}
