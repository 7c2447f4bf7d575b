import type { TypedValue } from './typed-value.ts';

/** Converts objects between API versions. */
export interface Converter {
  /**
   * Returns `object` in API version `version`, with the type it has there; may return the same instance.
   * Throws when it cannot; the error leaves `update` and `apply` unless `isMissingVersion` knows it.
   */
  convert(object: TypedValue, version: string): TypedValue;
  /** Whether an error of `convert` says that the version is not served any more. */
  isMissingVersion(error: unknown): boolean;
}

/** For objects that have one schema in all versions. */
export const identityConverter: Converter = {
  convert: (object) => object,
  isMissingVersion: () => false,
};

/** The converted object, or undefined when the version is missing. */
export function convertIfServed(
  converter: Converter,
  object: TypedValue,
  version: string,
): TypedValue | undefined {
  try {
    return converter.convert(object, version);
  } catch (error) {
    if (converter.isMissingVersion(error)) return undefined;
    throw error;
  }
}
