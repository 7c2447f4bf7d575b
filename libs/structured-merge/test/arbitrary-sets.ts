import fc from 'fast-check';
import {
  FieldSet,
  fieldElement,
  indexElement,
  keyElement,
  type Path,
  type PathElement,
  valueElement,
} from '../src/index.ts';

/** Path elements of all kinds, few enough that random sets overlap. */
const elementArb: fc.Arbitrary<PathElement> = fc.oneof(
  fc.constantFrom('a', 'b', 'spec', '__proto__', '.', '\u{1f680}', '\uffee').map(fieldElement),
  fc.record({ name: fc.constantFrom('x', 'y<z'), port: fc.constantFrom(9, 10) }).map(keyElement),
  fc.constantFrom('x', 'y', 1, 2.5, 10, true, null).map(valueElement),
  fc.constantFrom(0, 2, 10).map(indexElement),
);

/** Paths of one to four elements. */
export const pathArb: fc.Arbitrary<Path> = fc.array(elementArb, { minLength: 1, maxLength: 4 });

/** Sets of up to twelve paths. */
export const setArb: fc.Arbitrary<FieldSet> = fc
  .array(pathArb, { maxLength: 12 })
  .map((paths) => FieldSet.of(...paths));
