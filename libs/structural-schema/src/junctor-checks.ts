import { quote } from '@plinth/go-format';
import { type FieldError, invalidValue } from './field-error.ts';
import type { JSONSchemaProps } from './json-schema-props.ts';
import { SchemaNode } from './schema-node.ts';
import type { ValidationRun } from './validation-run.ts';
import type { ValueCheck } from './value-checks.ts';

/**
 * Compiles `anyOf`, `oneOf`, `allOf` and `not`. When no alternative fits, the errors of the one that
 * came closest are reported beside the failure of the junctor itself.
 */
export function junctorChecks(schema: JSONSchemaProps): readonly ValueCheck[] {
  const checks: ValueCheck[] = [];
  const { anyOf, oneOf, allOf, not } = schema;
  if (anyOf !== undefined && anyOf.length > 0) checks.push(anyOfCheck(nodesOf(anyOf)));
  if (oneOf !== undefined && oneOf.length > 0) checks.push(oneOfCheck(nodesOf(oneOf)));
  if (allOf !== undefined && allOf.length > 0) checks.push(allOfCheck(nodesOf(allOf)));
  if (not !== undefined) checks.push(notCheck(new SchemaNode(not)));
  return checks;
}

function nodesOf(schemas: readonly JSONSchemaProps[]): readonly SchemaNode[] {
  return schemas.map((schema) => new SchemaNode(schema));
}

interface Attempt {
  readonly errors: readonly FieldError[];
  readonly matches: number;
}

function refuse(run: ValidationRun, reason: string): void {
  const field = run.at();
  run.errors.push(invalidValue(field, '', `${quote(field)} ${reason}`));
}

function merge(run: ValidationRun, attempt: Attempt): void {
  run.errors.push(...attempt.errors);
  run.matches += attempt.matches;
}

function closer(best: Attempt | undefined, attempt: Attempt): Attempt {
  return best === undefined || attempt.matches > best.matches ? attempt : best;
}

function anyOfCheck(branches: readonly SchemaNode[]): ValueCheck {
  return (value, run) => {
    let best: Attempt | undefined;
    for (const branch of branches) {
      const attempt = run.attempt(value, branch);
      if (attempt.errors.length === 0) return merge(run, attempt);
      best = closer(best, attempt);
    }
    refuse(run, 'must validate at least one schema (anyOf)');
    if (best !== undefined) merge(run, best);
  };
}

function oneOfCheck(branches: readonly SchemaNode[]): ValueCheck {
  return (value, run) => {
    const attempts = branches.map((branch) => run.attempt(value, branch));
    const [success, ...others] = attempts.filter((attempt) => attempt.errors.length === 0);
    if (success !== undefined && others.length === 0) return merge(run, success);
    const found = success === undefined ? 'none valid' : `${others.length + 1} valid alternatives`;
    refuse(run, `must validate one and only one schema (oneOf). Found ${found}`);
    if (success !== undefined) return;
    const best = attempts.reduce<Attempt | undefined>(closer, undefined);
    if (best !== undefined) merge(run, best);
  };
}

function allOfCheck(branches: readonly SchemaNode[]): ValueCheck {
  return (value, run) => {
    let valid = 0;
    for (const branch of branches) {
      const attempt = run.attempt(value, branch);
      if (attempt.errors.length === 0) valid += 1;
      merge(run, attempt);
    }
    if (valid === branches.length) return;
    refuse(run, `must validate all the schemas (allOf)${valid === 0 ? '. None validated' : ''}`);
  };
}

function notCheck(branch: SchemaNode): ValueCheck {
  return (value, run) => {
    if (run.attempt(value, branch).errors.length > 0) return;
    refuse(run, 'must not validate the schema (not)');
  };
}
