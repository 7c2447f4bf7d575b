import { quote } from '@plinth/go-format';
import { arrayChecks, objectChecks } from './collection-checks.ts';
import { embeddedResourceCheck } from './embedded-resource.ts';
import { notSupported, typeInvalid } from './field-error.ts';
import type { JSONSchemaProps } from './json-schema-props.ts';
import { deepEqual, isInt64, isList, isObject, jsonTypeOf } from './json-value.ts';
import { junctorChecks } from './junctor-checks.ts';
import { listTypeCheck } from './list-type.ts';
import { numberChecks } from './number-checks.ts';
import type { SchemaNode } from './schema-node.ts';
import { stringChecks } from './string-checks.ts';
import type { ValidationRun } from './validation-run.ts';

/** One test of a value, compiled from a schema node. It adds what it finds to the run. */
export type ValueCheck = (value: unknown, run: ValidationRun) => void;

/**
 * Validates a value against a node, compiling the node's checks at the first visit.
 *
 * Spec: Kubernetes kube-openapi, validation/validate.
 */
export function visitNode(value: unknown, node: SchemaNode, run: ValidationRun): void {
  node.checks ??= compileChecks(node);
  // Upstream counts a few points for each node visited; branches of junctors are compared by the sum.
  run.matches += 5;
  const { checks } = node;
  for (let i = 0; i < checks.length; i++) checks[i]?.(value, run);
}

function compileChecks(node: SchemaNode): readonly ValueCheck[] {
  const { schema } = node;
  const checks = [
    ...typeCheck(schema),
    ...unlessNull([
      ...junctorChecks(schema),
      ...stringChecks(schema),
      ...numberChecks(schema),
      ...arrayChecks(node),
      ...listTypeCheck(schema),
    ]),
    ...enumCheck(schema),
    ...objectChecks(node),
  ];
  return node.isEmbeddedResource ? [...checks, embeddedResourceCheck] : checks;
}

function unlessNull(checks: readonly ValueCheck[]): readonly ValueCheck[] {
  const [first, ...others] = checks;
  if (first === undefined) return [];
  return [
    (value, run) => {
      if (value === null) return;
      first(value, run);
      for (const check of others) check(value, run);
    },
  ];
}

function typeCheck(schema: JSONSchemaProps): readonly ValueCheck[] {
  const isIntOrString = schema['x-kubernetes-int-or-string'] === true;
  const type = isIntOrString ? 'integer,string' : schema.type;
  if (type === undefined || type === '') return [];
  const matches = typeTest(type);
  const nullable = schema.nullable === true;
  return [
    (value, run) => {
      if (matches(value) || (value === null && nullable)) {
        run.matches += 1;
      } else {
        const actual = jsonTypeOf(value);
        const field = run.at();
        const detail = `${field} in body must be of type ${type}: ${quote(actual)}`;
        run.errors.push(typeInvalid(field, actual, detail));
      }
    },
  ];
}

function typeTest(type: string): (value: unknown) => boolean {
  switch (type) {
    case 'string':
      return (value) => typeof value === 'string';
    case 'boolean':
      return (value) => typeof value === 'boolean';
    case 'number':
      return (value) => typeof value === 'number';
    case 'integer':
      return (value) => typeof value === 'number' && isInt64(value);
    case 'integer,string':
      return (value) => typeof value === 'string' || (typeof value === 'number' && isInt64(value));
    case 'array':
      return isList;
    case 'object':
      return isObject;
    default:
      return () => false;
  }
}

function enumCheck(schema: JSONSchemaProps): readonly ValueCheck[] {
  const values = schema.enum;
  if (values === undefined || values.length === 0) return [];
  const scalars = new Set(values.filter((value) => typeof value !== 'object' || value === null));
  const compounds = values.filter((value) => typeof value === 'object' && value !== null);
  return [
    (value, run) => {
      if (scalars.has(value) || compounds.some((compound) => deepEqual(compound, value))) return;
      const texts = values.map((entry) => (typeof entry === 'string' ? entry : JSON.stringify(entry)));
      run.errors.push(notSupported(run.at(), value, texts));
    },
  ];
}
