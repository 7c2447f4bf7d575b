import type { CallEstimator } from '../cost/cost-estimate.ts';
import type { Macro } from '../syntax/macro.ts';
import type { CelType } from './cel-type.ts';

/**
 * A type as declared: the type itself, a test of values for it, and `T`, the TypeScript type of such values. The
 * test looks at the outside only; a list is a list whatever is in it.
 */
export interface Declared<T> {
  readonly type: CelType;
  readonly accepts: (value: unknown) => value is T;
}

/** One way to call a function. */
export interface Overload {
  /** The name of this way, as in cel-go, e.g. `add_int64`. */
  readonly id: string;
  readonly member: boolean;
  readonly parameters: readonly CelType[];
  readonly result: CelType;
  /** One test per parameter, for calls whose types are known at runtime only. */
  readonly accepts: readonly ((value: unknown) => boolean)[];
  /** Gets the arguments and then `Spend`. @throws CelEvaluationError when there is no value. */
  readonly implement: (...args: unknown[]) => unknown;
  /** Makes an implementation for one place of an expression, which may remember what it prepared. */
  readonly site?: () => (...args: unknown[]) => unknown;
  /** Runtime cost before the call, 1 when absent. */
  readonly cost?: (...args: unknown[]) => number;
  /** Cost and result size from declared sizes, 1 and unknown when absent. */
  readonly estimate?: CallEstimator;
}

/** A function with all its overloads. */
export interface FunctionDeclaration {
  readonly name: string;
  readonly overloads: readonly Overload[];
}

/** Functions, macros, constants and rules that an environment takes in as one. */
export interface CelLibrary {
  readonly name: string;
  readonly functions?: readonly FunctionDeclaration[];
  readonly macros?: readonly Macro[];
  /** Constants, such as type names. */
  readonly constants?: readonly CelConstant[];
  /** The items of a list and the keys and values of a map literal have to be of one type. */
  readonly homogeneousLiterals?: boolean;
  /** Durations, timestamps and patterns written as literals are checked when the expression is compiled. */
  readonly validateLiterals?: boolean;
}

/** A name with a fixed value. */
export interface CelConstant {
  readonly name: string;
  readonly type: CelType;
  readonly value: unknown;
}
