import { ColumnPool } from './column.ts';
import { SampleUsage } from './sample-usage.ts';
import type { Steps } from './steps.ts';

/** The steps that an expression is evaluated for, with what belongs to them. */
export class Scope {
  readonly steps: Steps;
  readonly columns: ColumnPool;
  readonly usage: SampleUsage;

  constructor(steps: Steps, usage: SampleUsage) {
    this.steps = steps;
    this.columns = new ColumnPool(steps.count);
    this.usage = usage;
  }

  /** For other steps, whose samples are counted apart. */
  within(steps: Steps): Scope {
    return new Scope(steps, new SampleUsage(undefined));
  }
}
