import type { ValueType } from '../syntax/expression.ts';

/** What the parser knows of a function. Spec: Prometheus 3.14, promql/parser/functions.go. */
export interface FunctionSignature {
  readonly name: string;
  readonly argumentTypes: readonly ValueType[];
  /** 0: as many arguments as types. n: up to n more of the last type, of which the last type itself may be left out. -1: any number. */
  readonly variadic: number;
  readonly returnType: ValueType;
  readonly isExperimental: boolean;
}
