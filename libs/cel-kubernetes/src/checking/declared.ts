import type { Spend } from '../cost/cost-budget.ts';
import type { CallEstimator } from '../cost/cost-estimate.ts';
import { Duration } from '../values/duration.ts';
import { isList, type List } from '../values/list-value.ts';
import { isMap, type MapLike } from '../values/map-value.ts';
import { OptionalValue } from '../values/optional-value.ts';
import { Timestamp } from '../values/timestamp.ts';
import { TypeValue } from '../values/type-value.ts';
import { Uint } from '../values/uint.ts';
import { celTypes, listOf, mapOf, opaque, optionalOf, typeOf, typeParameter } from './cel-type.ts';
import type { Declared, FunctionDeclaration, Overload } from './declaration.ts';

/** Every value; undefined is none. */
function acceptsAny(value: unknown): value is unknown {
  return value !== undefined;
}

/** Declared types by their names in CEL. */
export const declared = {
  bool: { type: celTypes.bool, accepts: (value): value is boolean => typeof value === 'boolean' },
  int: { type: celTypes.int, accepts: (value): value is bigint => typeof value === 'bigint' },
  uint: { type: celTypes.uint, accepts: (value): value is Uint => value instanceof Uint },
  double: { type: celTypes.double, accepts: (value): value is number => typeof value === 'number' },
  string: { type: celTypes.string, accepts: (value): value is string => typeof value === 'string' },
  bytes: { type: celTypes.bytes, accepts: (value): value is Uint8Array => value instanceof Uint8Array },
  timestamp: { type: celTypes.timestamp, accepts: (value): value is Timestamp => value instanceof Timestamp },
  duration: { type: celTypes.duration, accepts: (value): value is Duration => value instanceof Duration },
  dyn: { type: celTypes.dyn, accepts: acceptsAny },
  typeValue: {
    type: typeOf(typeParameter('A')),
    accepts: (value): value is TypeValue => value instanceof TypeValue,
  },
} as const satisfies Readonly<Record<string, Declared<unknown>>>;

/** A parameter of a declaration, which takes any value. */
export function anyOf(parameter: string): Declared<unknown> {
  return { type: typeParameter(parameter), accepts: acceptsAny };
}

/** A list. */
export function listOfDeclared(element: Declared<unknown>): Declared<List> {
  return { type: listOf(element.type), accepts: isList };
}

/** A map. */
export function mapOfDeclared(key: Declared<unknown>, value: Declared<unknown>): Declared<MapLike> {
  return { type: mapOf(key.type, value.type), accepts: isMap };
}

/** An optional. */
export function optionalOfDeclared(of: Declared<unknown>): Declared<OptionalValue> {
  return {
    type: optionalOf(of.type),
    accepts: (value): value is OptionalValue => value instanceof OptionalValue,
  };
}

/** A type that is a class here. */
export function opaqueOf<T>(name: string, holder: abstract new (...args: never[]) => T): Declared<T> {
  return { type: opaque(name), accepts: (value): value is T => value instanceof holder };
}

/** The TypeScript types of values of declared types. */
type Values<P extends readonly Declared<unknown>[]> = {
  -readonly [K in keyof P]: P[K] extends Declared<infer T> ? T : never;
};

/** What an overload may say beside its types. */
export interface OverloadExtras<P extends readonly Declared<unknown>[]> {
  readonly cost?: (...args: Values<P>) => number;
  readonly estimate?: CallEstimator;
}

type Implementation<P extends readonly Declared<unknown>[]> = (
  ...args: [...Values<P>, spend: Spend]
) => unknown;

/** Declares a function `name(a, b)`. `implement` gets the arguments, and `spend` after them. */
export function overload<const P extends readonly Declared<unknown>[]>(
  id: string,
  parameters: P,
  result: Declared<unknown>,
  implement: Implementation<P>,
  extras: OverloadExtras<P> = {},
): Overload {
  return declare(id, false, parameters, result, implement, extras);
}

/** Declares a method `a.name(b)`; the target is the first parameter. */
export function method<const P extends readonly Declared<unknown>[]>(
  id: string,
  parameters: P,
  result: Declared<unknown>,
  implement: Implementation<P>,
  extras: OverloadExtras<P> = {},
): Overload {
  return declare(id, true, parameters, result, implement, extras);
}

/** A function of several overloads. */
export function define(name: string, ...overloads: readonly Overload[]): FunctionDeclaration {
  return { name, overloads };
}

function declare<P extends readonly Declared<unknown>[]>(
  id: string,
  member: boolean,
  parameters: P,
  result: Declared<unknown>,
  implement: Implementation<P>,
  { cost, estimate }: OverloadExtras<P>,
): Overload {
  return {
    id,
    member,
    parameters: parameters.map(({ type }) => type),
    result: result.type,
    accepts: parameters.map(({ accepts }) => accepts),
    // Whoever calls an overload has asked `accepts` about each argument, so the arguments are of the declared types.
    implement: implement as unknown as (...args: unknown[]) => unknown,
    ...(cost === undefined ? {} : { cost: cost as unknown as (...args: unknown[]) => number }),
    ...(estimate === undefined ? {} : { estimate }),
  };
}
