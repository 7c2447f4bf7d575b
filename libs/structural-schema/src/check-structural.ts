import { defaultErrors } from './default-rules.ts';
import { type FieldError, formatFieldError, invalidValue } from './field-error.ts';
import type { JSONSchemaProps } from './json-schema-props.ts';
import { openApiErrors } from './openapi-rules.ts';
import { parseSchema } from './schema-shape.ts';
import { completenessErrors } from './structural-completeness.ts';
import { structuralErrors } from './structural-invariants.ts';

/** What is known of the definition that the schema belongs to. */
export interface CheckOptions {
  /** Whether the version has the status subresource, which restricts the root of the schema. Default: false. */
  readonly hasStatusSubresource?: boolean;
}

/**
 * Checks outside data for being a structural schema and names every violation. When the data is no
 * schema at all (a `type` that is a number, say), only that is reported.
 *
 * Spec: Kubernetes apiextensions.k8s.io/v1, structural schemas.
 *
 * @param schema what stands under `openAPIV3Schema`
 * @param rootPath where it stands, for the errors
 * @returns all violations, or an empty list: the data may then be given to `compileSchema`
 */
export function checkStructural(
  schema: unknown,
  rootPath = 'spec.versions[0].schema.openAPIV3Schema',
  options: CheckOptions = {},
): FieldError[] {
  const parsed = parseSchema(schema, rootPath);
  if (!parsed.ok) return parsed.errors;
  const structure = [
    ...structuralErrors(parsed.schema, rootPath),
    ...completenessErrors(parsed.schema, rootPath),
  ];
  return [
    ...(options.hasStatusSubresource === true ? statusErrors(parsed.schema, rootPath) : []),
    ...sorted(structure),
    // Defaults are tried out only where the structure says what they must be.
    ...(structure.length === 0 ? defaultErrors(parsed.schema, rootPath) : []),
    ...openApiErrors(parsed.schema, rootPath),
  ];
}

function sorted(errors: readonly FieldError[]): readonly FieldError[] {
  return errors.toSorted((a, b) => (formatFieldError(a) < formatFieldError(b) ? -1 : 1));
}

const allowedAtRoot: ReadonlyMap<string, string> = new Map([
  ['description', 'Description'],
  ['type', 'Type'],
  ['format', 'Format'],
  ['title', 'Title'],
  ['maximum', 'Maximum'],
  ['exclusiveMaximum', 'ExclusiveMaximum'],
  ['minimum', 'Minimum'],
  ['exclusiveMinimum', 'ExclusiveMinimum'],
  ['maxLength', 'MaxLength'],
  ['minLength', 'MinLength'],
  ['pattern', 'Pattern'],
  ['maxItems', 'MaxItems'],
  ['minItems', 'MinItems'],
  ['uniqueItems', 'UniqueItems'],
  ['multipleOf', 'MultipleOf'],
  ['required', 'Required'],
  ['items', 'Items'],
  ['properties', 'Properties'],
  ['externalDocs', 'ExternalDocs'],
  ['example', 'Example'],
  ['x-kubernetes-preserve-unknown-fields', 'XPreserveUnknownFields'],
  ['x-kubernetes-validations', 'XValidations'],
]);

/** The status is validated by `properties.status` alone, so nothing beside it may bear on it. */
function statusErrors(schema: JSONSchemaProps, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (schema.type !== undefined && schema.type !== '' && schema.type !== 'object') {
    const detail =
      'only "object" is allowed as the type at the root of the schema if the status subresource is enabled';
    errors.push(invalidValue(`${path}.type`, schema.type, detail));
  }
  const stranger: [string, unknown] | undefined = Object.entries(schema).find(
    ([key, value]) => !allowedAtRoot.has(key) && value !== undefined && value !== false,
  );
  if (stranger !== undefined) {
    const allowed = [...allowedAtRoot.values()].join(' ');
    const detail = `only [${allowed}] fields are allowed at the root of the schema if the status subresource is enabled`;
    errors.push(invalidValue(path, { [stranger[0]]: stranger[1] }, detail));
  }
  return errors;
}
