import type { Type as TypeBox } from 'typebox';

/** The builders of TypeBox that kinds are declared with. */
type Builders = Pick<
  typeof TypeBox,
  'Array' | 'Boolean' | 'Integer' | 'Number' | 'Object' | 'Optional' | 'String' | 'Unsafe'
>;

/** Marks a field that may be absent; a symbol, so that it is no part of the JSON Schema. */
const optional = Symbol('optional');

type Schema = Record<string | symbol, unknown>;

const builders = {
  Array: (items: Schema, options: Schema = {}): Schema => ({ type: 'array', items, ...options }),
  Boolean: (options: Schema = {}): Schema => ({ type: 'boolean', ...options }),
  Integer: (options: Schema = {}): Schema => ({ type: 'integer', ...options }),
  Number: (options: Schema = {}): Schema => ({ type: 'number', ...options }),
  Object(properties: Record<string, Schema>, options: Schema = {}): Schema {
    const required = Object.keys(properties).filter((name) => properties[name]?.[optional] !== true);
    return { type: 'object', ...(required.length > 0 ? { required } : {}), properties, ...options };
  },
  Optional: (schema: Schema): Schema => ({ ...schema, [optional]: true }),
  String: (options: Schema = {}): Schema => ({ type: 'string', ...options }),
  Unsafe: (schema: Schema): Schema => schema,
};

/**
 * Declares schemas exactly as TypeBox does, with its static types, and without loading it: its 373 modules took a
 * third of the time that the program needs to start (110 of 330 ms). A test compares the two.
 */
export const Type: Builders = builders as unknown as Builders;
