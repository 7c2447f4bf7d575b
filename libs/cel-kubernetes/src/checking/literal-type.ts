import type { LiteralValue } from '../syntax/expression.ts';
import { Uint } from '../values/uint.ts';
import { type CelType, celTypes } from './cel-type.ts';

/** The type of a literal. */
export function literalType(value: LiteralValue): CelType {
  if (value === null) return celTypes.null;
  if (value instanceof Uint) return celTypes.uint;
  switch (typeof value) {
    case 'boolean':
      return celTypes.bool;
    case 'bigint':
      return celTypes.int;
    case 'number':
      return celTypes.double;
    case 'string':
      return celTypes.string;
    default:
      return celTypes.bytes;
  }
}
