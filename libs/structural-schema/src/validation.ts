import { type FieldError, formatFieldErrorBody } from './field-error.ts';
import type { SchemaNode } from './schema-node.ts';
import { ValidationRun } from './validation-run.ts';
import { visitNode } from './value-checks.ts';

/**
 * Validates a value.
 *
 * @param old the value before an update: errors in parts that the update leaves as they were are not
 *   reported, and duplicates in lists are not when the old value has some already
 * @returns every error, or an empty list
 */
export function validateValue(value: unknown, node: SchemaNode, old?: unknown): FieldError[] {
  let run = new ValidationRun(visitNode);
  run.start(value, node);
  if (run.errors.length === 0 && run.listErrors.length === 0) return [];
  if (old === undefined) return unique([...run.errors, ...run.listErrors]);
  if (run.errors.length > 0) {
    run = new ValidationRun(visitNode, old);
    run.start(value, node);
  }
  if (run.listErrors.length === 0) return unique(run.errors);
  const before = new ValidationRun(visitNode);
  before.start(old, node);
  return unique(before.listErrors.length > 0 ? run.errors : [...run.errors, ...run.listErrors]);
}

/** Junctors can find the same thing in several branches. */
function unique(errors: readonly FieldError[]): FieldError[] {
  const seen = new Set<string>();
  return errors.filter((error) => {
    const text = `${error.field}\u0000${formatFieldErrorBody(error)}`;
    if (seen.has(text)) return false;
    seen.add(text);
    return true;
  });
}
