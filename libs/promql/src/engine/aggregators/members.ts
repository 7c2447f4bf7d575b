import type { Aggregator } from '../aggregation.ts';
import { absent, type Column } from '../column.ts';

/** `count`, and `group`, which is 1 wherever there is a member. */
export class Members implements Aggregator {
  readonly #counts: Float64Array;
  readonly #isGroup: boolean;

  constructor(steps: number, isGroup: boolean) {
    this.#counts = new Float64Array(steps);
    this.#isGroup = isGroup;
  }

  add({ kinds }: Column): void {
    const counts = this.#counts;
    for (let step = 0; step < kinds.length; step++) {
      if (kinds[step] !== absent) counts[step] = (counts[step] ?? 0) + 1;
    }
  }

  finish(out: Column): void {
    for (let step = 0; step < out.steps; step++) {
      const count = this.#counts[step] ?? 0;
      if (count > 0) out.setFloat(step, this.#isGroup ? 1 : count);
    }
  }
}
