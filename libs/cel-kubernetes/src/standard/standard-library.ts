import { type CelType, celTypes, listOf, mapOf, typeOf } from '../checking/cel-type.ts';
import type { CelConstant, CelLibrary } from '../checking/declaration.ts';
import { standardMacros } from '../syntax/standard-macros.ts';
import { TypeValue } from '../values/type-value.ts';
import { arithmetic } from './arithmetic.ts';
import { comparison } from './comparison.ts';
import { conversions } from './conversions.ts';
import { logic } from './logic.ts';
import { sizes } from './sizes.ts';
import { texts } from './texts.ts';
import { time } from './time.ts';

/** A name for a type, so that `type(x) == name` can be written. */
export function typeConstant(name: string, type: CelType): CelConstant {
  return { name, type: typeOf(type), value: new TypeValue(name) };
}

/** The language without any extension. Spec: CEL language definition, v0.25. */
export const standardLibrary: CelLibrary = {
  name: 'standard',
  macros: standardMacros,
  functions: [...logic, ...comparison, ...arithmetic, ...conversions, ...sizes, ...texts, ...time],
  constants: [
    typeConstant('bool', celTypes.bool),
    typeConstant('int', celTypes.int),
    typeConstant('uint', celTypes.uint),
    typeConstant('double', celTypes.double),
    typeConstant('string', celTypes.string),
    typeConstant('bytes', celTypes.bytes),
    typeConstant('null_type', celTypes.null),
    typeConstant('list', listOf(celTypes.dyn)),
    typeConstant('map', mapOf(celTypes.dyn, celTypes.dyn)),
    typeConstant('type', typeOf(celTypes.dyn)),
    typeConstant('google.protobuf.Timestamp', celTypes.timestamp),
    typeConstant('google.protobuf.Duration', celTypes.duration),
  ],
};
