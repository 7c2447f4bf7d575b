import { isSchema, type JSONSchemaProps } from './json-schema-props.ts';

/** Where published schemas look for the schema of `metadata`. */
export const objectMetaRef = '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';

const conventions = 'https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md';

const resourceProperties: Readonly<Record<string, JSONSchemaProps>> = {
  apiVersion: {
    description: `Version of the schema of this object. More info: ${conventions}#resources`,
    type: 'string',
  },
  kind: {
    description: `Name of the kind of this object, in CamelCase. More info: ${conventions}#types-kinds`,
    type: 'string',
  },
  metadata: {
    description: `Standard metadata of the object. More info: ${conventions}#metadata`,
    allOf: [{ $ref: objectMetaRef }],
  },
};

const keptAsIs = [
  'description',
  'type',
  'format',
  'title',
  'default',
  'example',
  'externalDocs',
  'maximum',
  'exclusiveMaximum',
  'minimum',
  'exclusiveMinimum',
  'multipleOf',
  'maxLength',
  'minLength',
  'pattern',
  'maxItems',
  'minItems',
  'maxProperties',
  'minProperties',
  'enum',
  'required',
  'nullable',
  'uniqueItems',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-embedded-resource',
  'x-kubernetes-int-or-string',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-list-type',
  'x-kubernetes-map-type',
  'x-kubernetes-validations',
] as const;

const intOrString: readonly JSONSchemaProps[] = [{ type: 'integer' }, { type: 'string' }];

/**
 * Gives the schema as it is published under `/openapi/v3`. Keys that OpenAPI v3 or kubectl do not know
 * are left out; values that may be integer or string say so by `anyOf`; resources get the standard
 * `apiVersion`, `kind` and `metadata`, the latter by reference to `objectMetaRef`.
 *
 * Spec: Kubernetes apiextensions-apiserver, controller/openapi/builder; OpenAPI 3.0.3, Schema Object.
 */
export function toOpenApi(schema: JSONSchemaProps, isResourceRoot: boolean): JSONSchemaProps {
  return convert(schema, isResourceRoot);
}

function convert(schema: JSONSchemaProps, isResource: boolean): JSONSchemaProps {
  const published: Record<string, unknown> = {};
  for (const key of keptAsIs) if (isTelling(key, schema[key])) published[key] = schema[key];
  const properties = convertProperties(schema, isResource);
  if (properties !== undefined) published['properties'] = properties;
  if (isSchema(schema.items)) published['items'] = convertChild(schema.items);
  const additional = schema.additionalProperties;
  if (additional !== undefined) {
    published['additionalProperties'] =
      typeof additional === 'boolean' ? additional : convertChild(additional);
  }
  Object.assign(published, convertJunctors(schema));
  if (schema['x-kubernetes-embedded-resource'] === true) {
    published['required'] = [...new Set([...(schema.required ?? []), 'kind', 'apiVersion'])];
  }
  return published;
}

/** False switches are the same as none, and readers trip over some of them. */
function isTelling(key: (typeof keptAsIs)[number], value: unknown): boolean {
  return value !== undefined && (value !== false || key === 'default' || key === 'example');
}

function convertChild(schema: JSONSchemaProps): JSONSchemaProps {
  return convert(schema, schema['x-kubernetes-embedded-resource'] === true);
}

function convertProperties(schema: JSONSchemaProps, isResource: boolean): object | undefined {
  if (schema.properties === undefined && !isResource) return undefined;
  const own = Object.entries(schema.properties ?? {}).map(
    ([name, child]) => [name, convertChild(child)] as const,
  );
  return { ...Object.fromEntries(own), ...(isResource ? resourceProperties : {}) };
}

function convertJunctors(schema: JSONSchemaProps): JSONSchemaProps {
  const isUntold = schema['x-kubernetes-int-or-string'] === true && !saysIntOrString(schema);
  const anyOf = schema.anyOf ?? (isUntold ? intOrString : undefined);
  const allOf =
    isUntold && schema.anyOf !== undefined ? [{ anyOf: intOrString }, ...(schema.allOf ?? [])] : schema.allOf;
  return {
    ...(anyOf === undefined ? {} : { anyOf: anyOf.map(convertChild) }),
    ...(allOf === undefined ? {} : { allOf: allOf.map(convertChild) }),
    ...(schema.oneOf === undefined ? {} : { oneOf: schema.oneOf.map(convertChild) }),
    ...(schema.not === undefined ? {} : { not: convertChild(schema.not) }),
  };
}

function saysIntOrString(schema: JSONSchemaProps): boolean {
  return [schema.anyOf, schema.allOf?.[0]?.anyOf].some((branches) => isIntOrStringPattern(branches));
}

/** Whether the alternatives are exactly "integer or string", the one place where a branch may have a type. */
export function isIntOrStringPattern(branches: readonly JSONSchemaProps[] | undefined): boolean {
  if (branches?.length !== 2) return false;
  return branches.every((branch, index) => {
    const keys = Object.keys(branch);
    return keys.length === 1 && branch.type === intOrString[index]?.type;
  });
}
