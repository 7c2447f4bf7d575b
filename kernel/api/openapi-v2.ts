import { isObject } from '../model/json.ts';

type Fields = Record<string, unknown>;

/**
 * Turns OpenAPI v3 documents into one OpenAPI v2 document, as kubectl reads it: when a file has a kind that is not
 * served, and always before version 1.27.
 *
 * @param documents the v3 documents of all groups and versions
 * @param version version of the program
 * Spec: OpenAPI 2.0; Kubernetes API, OpenAPI V2.
 */
export function swaggerOf(documents: readonly object[], version: string): Fields {
  const paths: Fields = {};
  const definitions: Fields = {};
  for (const document of documents.filter(isObject)) {
    for (const [path, item] of entriesOf(document['paths'])) paths[path] = pathItem(item);
    const { schemas } = recordOf(document['components']);
    for (const [name, schema] of entriesOf(schemas)) definitions[name] ??= schemaOf(schema);
  }
  return { swagger: '2.0', info: { title: 'Plinth', version }, paths, definitions };
}

function recordOf(value: unknown): Fields {
  return isObject(value) ? value : {};
}

function entriesOf(value: unknown): [string, Fields][] {
  return Object.entries(recordOf(value)).map(([key, item]) => [key, recordOf(item)]);
}

function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.map(recordOf) : [];
}

const methods = ['get', 'put', 'post', 'delete', 'patch'];

function pathItem(item: Fields): Fields {
  const converted: Fields = {};
  for (const method of methods) {
    if (item[method] !== undefined) converted[method] = operationOf(recordOf(item[method]));
  }
  const parameters = listOf(item['parameters']);
  if (parameters.length > 0) converted['parameters'] = parameters.map(parameterOf);
  return converted;
}

function operationOf(operation: Fields): Fields {
  const bodies = entriesOf(recordOf(operation['requestBody'])['content']);
  const parameters = listOf(operation['parameters']).map(parameterOf);
  const [body] = bodies;
  if (body)
    parameters.push({
      name: 'body',
      in: 'body',
      required: true,
      schema: schemaOf(recordOf(body[1]['schema'])),
    });
  const responses: Fields = {};
  for (const [code, response] of entriesOf(operation['responses'])) {
    const [content] = entriesOf(response['content']);
    responses[code] = {
      description: response['description'],
      ...(content ? { schema: schemaOf(recordOf(content[1]['schema'])) } : {}),
    };
  }
  return {
    description: operation['description'],
    ...(body ? { consumes: bodies.map(([type]) => type) } : {}),
    produces: ['application/json'],
    ...(parameters.length > 0 ? { parameters } : {}),
    responses,
    'x-kubernetes-action': operation['x-kubernetes-action'],
    'x-kubernetes-group-version-kind': operation['x-kubernetes-group-version-kind'],
  };
}

function parameterOf(parameter: Fields): Fields {
  const { schema, ...rest } = parameter;
  return { ...rest, type: recordOf(schema)['type'] };
}

/** What v2 does not have, or kubectl cannot read in it. */
const dropped = new Set(['anyOf', 'oneOf', 'not', 'nullable', 'allOf', 'externalDocs', 'example']);
const structure = ['type', 'items', 'properties', 'additionalProperties', 'required'];

/** Spec: Kubernetes apiextensions-apiserver, ToStructuralOpenAPIV2. */
function schemaOf(schema: Fields): Fields {
  const reference = referenceIn(schema);
  if (reference !== undefined) {
    const { description } = schema;
    return { $ref: reference, ...(description === undefined ? {} : { description }) };
  }
  const converted: Fields = {};
  for (const [key, value] of Object.entries(schema)) {
    if (!dropped.has(key) && key !== 'x-kubernetes-validations') converted[key] = value;
  }
  // A field that takes values of several types has none in v2.
  if (schema['x-kubernetes-int-or-string'] === true) delete converted['type'];
  if (schema['nullable'] === true || schema['x-kubernetes-preserve-unknown-fields'] === true) {
    for (const key of structure) delete converted[key];
    return converted;
  }
  convertBelow(converted);
  return converted;
}

function convertBelow(schema: Fields): void {
  const { properties, items, additionalProperties } = schema;
  if (isObject(items)) schema['items'] = schemaOf(items);
  if (isObject(additionalProperties) && properties === undefined)
    schema['additionalProperties'] = schemaOf(additionalProperties);
  else delete schema['additionalProperties'];
  if (isObject(properties)) {
    schema['properties'] = Object.fromEntries(
      entriesOf(properties).map(([name, property]) => [name, schemaOf(property)]),
    );
  } else if (schema['type'] === 'object' && schema['additionalProperties'] === undefined) {
    // Any object: kubectl takes an object without a form for a mistake.
    delete schema['type'];
  }
}

function referenceIn(schema: Fields): string | undefined {
  const [only] = listOf(schema['allOf']);
  const target = schema['$ref'] ?? only?.['$ref'];
  return typeof target === 'string' ? target.replace('#/components/schemas/', '#/definitions/') : undefined;
}
