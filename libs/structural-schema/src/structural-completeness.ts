import { type FieldError, requiredValue } from './field-error.ts';
import { isSchema, type JSONSchemaProps } from './json-schema-props.ts';

/**
 * Finds fields and items that a junctor restricts although the structure does not declare them.
 * Only the junctors of the given schema count, not those of its properties: upstream asks no more, and
 * refusing what Kubernetes accepts would keep definitions of the field from being installed.
 *
 * Spec: Kubernetes apiextensions-apiserver, schema/complete.go.
 */
export function completenessErrors(schema: JSONSchemaProps, path: string): FieldError[] {
  const errors: FieldError[] = [];
  checkJunctors(schema, schema, path, path, errors);
  return errors;
}

function checkJunctors(
  validation: JSONSchemaProps,
  structure: JSONSchemaProps,
  structurePath: string,
  path: string,
  errors: FieldError[],
): void {
  const visit = (branch: JSONSchemaProps, branchPath: string) =>
    checkBranch(branch, structure, structurePath, branchPath, errors);
  if (validation.not !== undefined) visit(validation.not, `${path}.not`);
  for (const junctor of ['allOf', 'anyOf', 'oneOf'] as const) {
    for (const [index, branch] of (validation[junctor] ?? []).entries()) {
      visit(branch, `${path}.${junctor}[${index}]`);
    }
  }
}

function checkBranch(
  branch: JSONSchemaProps,
  structure: JSONSchemaProps | undefined,
  structurePath: string,
  path: string,
  errors: FieldError[],
): void {
  if (structure === undefined) {
    errors.push(requiredValue(structurePath, `because it is defined in ${path}`));
    return;
  }
  checkJunctors(branch, structure, structurePath, path, errors);
  if (isSchema(branch.items)) {
    const items = isSchema(structure.items) ? structure.items : undefined;
    checkBranch(branch.items, items, `${structurePath}.items`, `${path}.items`, errors);
  }
  const properties = new Map(Object.entries(structure.properties ?? {}));
  for (const [name, property] of Object.entries(branch.properties ?? {})) {
    const step = `properties[${name}]`;
    checkBranch(property, properties.get(name), `${structurePath}.${step}`, `${path}.${step}`, errors);
  }
}
