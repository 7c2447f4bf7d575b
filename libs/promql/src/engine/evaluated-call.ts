import type { FunctionCall } from '../functions/function-call.ts';
import type { TextRange } from '../syntax/expression.ts';
import type { Annotations } from './annotations.ts';
import type { ColumnPool } from './column.ts';
import type { Evaluator } from './evaluator.ts';
import type { Interruption } from './interruption.ts';
import type { PlannedCall } from './plan.ts';
import type { Scope } from './scope.ts';
import type { Steps } from './steps.ts';

/** A call during the evaluation: its scalars are computed, its strings at hand. */
export class EvaluatedCall implements FunctionCall {
  readonly name: string;
  readonly steps: Steps;
  readonly argumentRanges: readonly TextRange[];
  readonly annotations: Annotations;
  readonly columns: ColumnPool;
  readonly #interruption: Interruption;
  readonly #node: PlannedCall;
  readonly #scalars: readonly (Float64Array | undefined)[];

  constructor(evaluator: Evaluator, node: PlannedCall, scope: Scope) {
    this.name = node.function.name;
    this.steps = scope.steps;
    this.argumentRanges = node.arguments.map(({ range }) => range);
    this.annotations = evaluator.settings.annotations;
    this.columns = scope.columns;
    this.#interruption = evaluator.settings.interruption;
    this.#node = node;
    this.#scalars = node.arguments.map((argument) =>
      argument.type === 'scalar' ? evaluator.scalar(argument, scope) : undefined,
    );
  }

  get argumentsRange(): TextRange {
    const first = this.argumentRanges[0] ?? this.#node.range;
    return { start: first.start, end: this.argumentRanges.at(-1)?.end ?? first.end };
  }

  worked(samples: number): void {
    this.#interruption.worked(samples);
  }

  scalar(index: number): Float64Array {
    const values = this.#scalars[index];
    if (!values) throw new TypeError(`argument ${index} of ${this.name} is no scalar`);
    return values;
  }

  string(index: number): string {
    const argument = this.#node.arguments[index];
    if (argument?.kind !== 'string') {
      throw new TypeError(`argument ${index} of ${this.name} is no string`);
    }
    return argument.value;
  }
}
