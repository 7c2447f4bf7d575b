import type { AttributePath } from './attribute-path.ts';
import { type CtyObject, type CtyValue, isCtyArray, isCtyObject, TypedValue } from './cty-value.ts';

/**
 * Converts each of the objects that the value of nested blocks, or of an attribute with attributes of its own, is or holds.
 * @param isOne - whether the value is one object, and no collection of them.
 * @param path - of the value; the conversion is given that of each object.
 */
export function mapElements(
  value: CtyValue,
  isOne: boolean,
  path: AttributePath,
  convert: (element: CtyObject, path: AttributePath) => CtyObject,
): CtyValue {
  if (value instanceof TypedValue)
    return new TypedValue(value.type, mapElements(value.value, isOne, path, convert));
  if (isCtyArray(value)) {
    return value.map((element, index) =>
      isCtyObject(element) ? convert(element, [...path, index]) : element,
    );
  }
  if (!isCtyObject(value)) return value;
  if (isOne) return convert(value, path);
  return Object.fromEntries(
    Object.entries(value).map(([key, element]) => [
      key,
      isCtyObject(element) ? convert(element, [...path, { key }]) : element,
    ]),
  );
}
