import { type CompiledSchema, compileSchema, formatFieldError, parseSchema } from '@plinth/structural-schema';
import type { TSchema } from 'typebox';

/**
 * Compiles the schema of a part of an object, such as the input of a run.
 *
 * @param what names the schema in the error
 * @throws Error when the schema is not structural
 */
export function compiledType(what: string, type: TSchema): CompiledSchema {
  // TypeBox keeps its own marks beside the JSON Schema; the round trip leaves the schema alone.
  const parsed = parseSchema(JSON.parse(JSON.stringify(type)), what);
  if (!parsed.ok) {
    throw new Error(`the schema of ${what}: ${parsed.errors.map(formatFieldError).join(', ')}`);
  }
  return compileSchema(parsed.schema, { isResourceRoot: false });
}
