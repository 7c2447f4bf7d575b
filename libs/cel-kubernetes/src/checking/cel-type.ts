/** A type of fixed or unknown content. `sizeMax` bounds strings (code points) and bytes, for cost estimates. */
export interface ScalarType {
  readonly kind:
    | 'bool'
    | 'int'
    | 'uint'
    | 'double'
    | 'string'
    | 'bytes'
    | 'timestamp'
    | 'duration'
    | 'null'
    | 'dyn'
    | 'error';
  readonly sizeMax?: number;
}

/** A list; `sizeMax` is the most items it can have. */
export interface ListType {
  readonly kind: 'list';
  readonly element: CelType;
  readonly sizeMax?: number;
  /** Properties that tell the items apart, none when an item is its own key; the order of such a list means nothing. */
  readonly keys?: readonly string[];
}

/** A map; `sizeMax` is the most entries it can have. */
export interface MapType {
  readonly kind: 'map';
  readonly key: CelType;
  readonly value: CelType;
  readonly sizeMax?: number;
}

/** A field of an object: its type, and the property of the JSON object that holds it. */
export interface ObjectField {
  readonly type: CelType;
  readonly property: string;
}

/** An object with declared fields. Two objects are of one type when their names are equal. */
export interface ObjectType {
  readonly kind: 'object';
  readonly name: string;
  readonly fields: ReadonlyMap<string, ObjectField>;
}

/** A type that only functions look into, such as `kubernetes.Quantity`, or `optional_type(T)`. */
export interface OpaqueType {
  readonly kind: 'opaque';
  readonly name: string;
  readonly parameters: readonly CelType[];
}

/** The type of types. */
export interface TypeType {
  readonly kind: 'type';
  readonly of: CelType;
}

/** A scalar or null. */
export interface NullableType {
  readonly kind: 'nullable';
  readonly of: ScalarType;
}

/** A type that the checker has still to find, or a parameter of a declaration. */
export interface TypeParameter {
  readonly kind: 'parameter';
  readonly name: string;
}

/** The type of an expression or a variable. Build them with `celTypes`, `listOf`, `mapOf` and `objectType`. */
export type CelType =
  | ScalarType
  | ListType
  | MapType
  | ObjectType
  | OpaqueType
  | TypeType
  | NullableType
  | TypeParameter;

/** The types without parameters. */
export const celTypes = {
  bool: { kind: 'bool' },
  int: { kind: 'int' },
  uint: { kind: 'uint' },
  double: { kind: 'double' },
  string: { kind: 'string' },
  bytes: { kind: 'bytes' },
  timestamp: { kind: 'timestamp' },
  duration: { kind: 'duration' },
  null: { kind: 'null' },
  dyn: { kind: 'dyn' },
} as const satisfies Readonly<Record<string, ScalarType>>;

/** What stands for a type that could not be found; it fits everything, so that one fault is reported once. */
export const errorType: CelType = { kind: 'error' };

/** A list of `element`. */
export function listOf(element: CelType, sizeMax?: number): ListType {
  return sizeMax === undefined ? { kind: 'list', element } : { kind: 'list', element, sizeMax };
}

/** A map from `key` to `value`. */
export function mapOf(key: CelType, value: CelType, sizeMax?: number): MapType {
  return sizeMax === undefined ? { kind: 'map', key, value } : { kind: 'map', key, value, sizeMax };
}

/**
 * An object whose fields are known. A field is read from the property of the same name; where an expression has to
 * spell it differently (`x__dash__y`), give `{ type, property }`.
 */
export function objectType(
  name: string,
  fields: Readonly<Record<string, CelType | ObjectField>>,
): ObjectType {
  const entries = Object.entries(fields).map(([field, declared]): [string, ObjectField] => [
    field,
    'kind' in declared ? { type: declared, property: field } : declared,
  ]);
  return { kind: 'object', name, fields: new Map(entries) };
}

/** An optional value of type `of`. */
export function optionalOf(of: CelType): OpaqueType {
  return { kind: 'opaque', name: optionalName, parameters: [of] };
}

/** A type that only functions look into. */
export function opaque(name: string, parameters: readonly CelType[] = []): OpaqueType {
  return { kind: 'opaque', name, parameters };
}

/** A string or bytes of at most `sizeMax` code points or bytes. */
export function sized(type: ScalarType, sizeMax: number): ScalarType {
  return { ...type, sizeMax };
}

/** `of` or null. */
export function nullable(of: ScalarType): NullableType {
  return { kind: 'nullable', of };
}

/** The type of types whose instances are of type `of`. */
export function typeOf(of: CelType): TypeType {
  return { kind: 'type', of };
}

/** A parameter of a function's declaration. */
export function typeParameter(name: string): TypeParameter {
  return { kind: 'parameter', name };
}

/** Name of the type of optionals. */
const optionalName = 'optional_type';

/** The type inside an optional, or undefined when it is none. */
export function optionalContent(type: CelType): CelType | undefined {
  return type.kind === 'opaque' && type.name === optionalName ? type.parameters[0] : undefined;
}

/** Writes a type as cel-go does in messages, e.g. `map(string, list(int))`. */
export function formatType(type: CelType): string {
  switch (type.kind) {
    case 'list':
      return `list(${formatType(type.element)})`;
    case 'map':
      return `map(${formatType(type.key)}, ${formatType(type.value)})`;
    case 'object':
    case 'parameter':
      return type.name;
    case 'opaque':
      return type.parameters.length === 0
        ? type.name
        : `${type.name}(${type.parameters.map(formatType).join(', ')})`;
    case 'type':
      return type.of.kind === 'dyn' ? 'type' : `type(${formatType(type.of)})`;
    case 'nullable':
      return `wrapper(${formatType(type.of)})`;
    case 'error':
      return '!error!';
    default:
      return type.kind;
  }
}
