import { CelEvaluationError } from '../problem.ts';
import type { Read } from '../values/read.ts';
import type { Evaluator, Frame } from './frame.ts';

/** A variable of the environment. */
export class Variable implements Evaluator {
  readonly name: string;
  readonly read: Read;

  constructor(name: string, read: Read) {
    this.name = name;
    this.read = read;
  }

  evaluate(frame: Frame): unknown {
    frame.spend(1);
    const json = frame.variables[this.name];
    if (json === undefined) throw new CelEvaluationError(`no such attribute(s): ${this.name}`);
    return this.read(json);
  }
}

/** A variable of a loop. */
export class Local implements Evaluator {
  readonly slot: number;

  constructor(slot: number) {
    this.slot = slot;
  }

  evaluate(frame: Frame): unknown {
    frame.spend(1);
    const value = frame.slots[this.slot];
    if (value instanceof CelEvaluationError) throw value;
    return value;
  }
}

/** A name that stands for nothing, which only matters when it is read. */
export class UnknownName implements Evaluator {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  evaluate(): unknown {
    throw new CelEvaluationError(`undeclared reference to '${this.name}'`);
  }
}
