import { isObject } from '../model/json.ts';

type Fields = Record<string, unknown>;

/** The media type in which kubectl asks for OpenAPI v2. */
export const openApiV2Protobuf = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

/**
 * Encodes an OpenAPI v2 document in the protobuf form that kubectl asks for.
 * Spec: google/gnostic, openapiv2/OpenAPIv2.proto.
 */
export function encodeSwagger(document: Fields): Buffer {
  const info = recordOf(document['info']);
  return Buffer.concat([
    text(1, document['swagger']),
    nested(2, text(1, info['title']), text(2, info['version'])),
    nested(8, ...named(2, document['paths'], encodePathItem)),
    nested(9, ...named(1, document['definitions'], encodeSchema)),
  ]);
}

const none = Buffer.alloc(0);

function recordOf(value: unknown): Fields {
  return isObject(value) ? value : {};
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}

function delimited(field: number, bytes: Buffer): Buffer {
  return Buffer.concat([varint(field * 8 + 2), varint(bytes.length), bytes]);
}

function nested(field: number, ...parts: Buffer[]): Buffer {
  return delimited(field, Buffer.concat(parts));
}

function text(field: number, value: unknown): Buffer {
  return typeof value === 'string' && value !== '' ? delimited(field, Buffer.from(value)) : none;
}

function texts(field: number, values: unknown): Buffer[] {
  return listOf(values).map((value) => text(field, value));
}

function flag(field: number, value: unknown): Buffer {
  return value === true ? Buffer.concat([varint(field * 8), varint(1)]) : none;
}

function count(field: number, value: unknown): Buffer {
  const valid = typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
  return valid ? Buffer.concat([varint(field * 8), varint(value)]) : none;
}

function double(field: number, value: unknown): Buffer {
  if (typeof value !== 'number') return none;
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([varint(field * 8 + 1), bytes]);
}

/** A value of any form travels as YAML, which JSON is. */
function any(field: number, value: unknown): Buffer {
  return value === undefined ? none : nested(field, text(2, `${JSON.stringify(value)}\n`));
}

/** The members of an object as a list of names and values. */
function named(field: number, value: unknown, encode: (item: Fields) => Buffer[]): Buffer[] {
  return Object.entries(recordOf(value)).map(([name, item]) =>
    nested(field, text(1, name), nested(2, ...encode(recordOf(item)))),
  );
}

function extensions(field: number, value: Fields): Buffer[] {
  return Object.entries(value)
    .filter(([key, item]) => key.startsWith('x-') && item !== undefined)
    .map(([key, item]) => nested(field, text(1, key), any(2, item)));
}

function encodePathItem(item: Fields): Buffer[] {
  const numbers = { get: 2, put: 3, post: 4, delete: 5, patch: 8 };
  const operations = Object.entries(numbers).map(([method, number]) =>
    isObject(item[method]) ? nested(number, ...encodeOperation(item[method])) : none,
  );
  return [...operations, ...encodeParameters(9, item['parameters'])];
}

function encodeOperation(operation: Fields): Buffer[] {
  return [
    text(3, operation['description']),
    ...texts(6, operation['produces']),
    ...texts(7, operation['consumes']),
    ...encodeParameters(8, operation['parameters']),
    nested(9, ...named(1, operation['responses'], encodeResponse)),
    ...extensions(13, operation),
  ];
}

function encodeParameters(field: number, parameters: unknown): Buffer[] {
  return listOf(parameters).map((parameter) =>
    nested(field, nested(1, encodeParameter(recordOf(parameter)))),
  );
}

function encodeParameter(parameter: Fields): Buffer {
  const { description, name, required, type } = parameter;
  const place = parameter['in'];
  if (place === 'body') {
    const schema = nested(5, nested(1, ...encodeSchema(recordOf(parameter['schema']))));
    return nested(1, text(1, description), text(2, name), text(3, place), flag(4, required), schema);
  }
  const start = [flag(1, required), text(2, place), text(3, description), text(4, name)];
  return place === 'path'
    ? nested(2, nested(4, ...start, text(5, type)))
    : nested(2, nested(3, ...start, text(6, type)));
}

function encodeResponse(response: Fields): Buffer[] {
  const { description, schema } = response;
  const body = isObject(schema) ? nested(2, nested(1, ...encodeSchema(schema))) : none;
  return [nested(1, text(1, description), body)];
}

function encodeSchema(schema: Fields): Buffer[] {
  const { type, items, properties, additionalProperties } = schema;
  return [
    text(1, schema['$ref']),
    text(2, schema['format']),
    text(3, schema['title']),
    text(4, schema['description']),
    any(5, schema['default']),
    double(6, schema['multipleOf']),
    double(7, schema['maximum']),
    flag(8, schema['exclusiveMaximum']),
    double(9, schema['minimum']),
    flag(10, schema['exclusiveMinimum']),
    count(11, schema['maxLength']),
    count(12, schema['minLength']),
    text(13, schema['pattern']),
    count(14, schema['maxItems']),
    count(15, schema['minItems']),
    flag(16, schema['uniqueItems']),
    count(17, schema['maxProperties']),
    count(18, schema['minProperties']),
    ...texts(19, schema['required']),
    ...listOf(schema['enum']).map((value) => any(20, value)),
    isObject(additionalProperties) ? nested(21, nested(1, ...encodeSchema(additionalProperties))) : none,
    typeof type === 'string' ? nested(22, text(1, type)) : none,
    isObject(items) ? nested(23, nested(1, ...encodeSchema(items))) : none,
    isObject(properties) ? nested(25, ...named(1, properties, encodeSchema)) : none,
    ...extensions(31, schema),
  ];
}
