import type { FunctionDeclaration } from '../checking/declaration.ts';
import {
  anyOf,
  declared,
  define,
  listOfDeclared,
  mapOfDeclared,
  method,
  overload,
} from '../checking/declared.ts';
import { sizeOf } from '../cost/runtime-cost.ts';

const { int, string, bytes } = declared;
const sizedTypes = [
  ['string', string],
  ['bytes', bytes],
  ['list', listOfDeclared(anyOf('A'))],
  ['map', mapOfDeclared(anyOf('K'), anyOf('V'))],
] as const;
const size = (value: unknown) => BigInt(sizeOf(value));

/** `size(x)` and `x.size()`. */
export const sizes: readonly FunctionDeclaration[] = [
  define(
    'size',
    ...sizedTypes.map(([name, type]) => overload(`size_${name}`, [type], int, size)),
    ...sizedTypes.map(([name, type]) => method(`${name}_size`, [type], int, size)),
  ),
];
