import { applyDefaults } from './defaulting.ts';
import type { FieldError } from './field-error.ts';
import type { JSONSchemaProps } from './json-schema-props.ts';
import { type MergeSchema, toMergeSchema } from './merge-schema.ts';
import { toOpenApi } from './openapi.ts';
import { pruneUnknown, type UnknownFieldReport } from './pruning.ts';
import { SchemaNode } from './schema-node.ts';
import { validateValue } from './validation.ts';

/** How a schema is to be read. */
export interface CompileOptions {
  /**
   * Whether values are whole resources, whose `apiVersion`, `kind` and `metadata` are never pruned and
   * are published with their standard schemas. Default: true.
   */
  readonly isResourceRoot?: boolean;
}

/** A schema made ready for use. Parts that no value has reached yet are compiled when one does. */
export interface CompiledSchema {
  /** Fills in defaults, in place. Doing it twice is the same as once. */
  applyDefaults(value: unknown): void;
  /** Removes unknown fields, in place; `report` receives each path, in the order of the object. */
  prune(value: unknown, report?: UnknownFieldReport): void;
  /** Paths of unknown fields, sorted; the value stays as it is. */
  unknownFields(value: unknown): string[];
  /**
   * Every violation of the schema, each with its path.
   *
   * @param old the value before an update; errors in unchanged parts are then not reported
   */
  validate(value: unknown, old?: unknown): FieldError[];
  /** The schema that server-side apply merges by. Made at the first call. */
  mergeSchema(): MergeSchema;
  /** The schema as OpenAPI v3 publishes it. Made anew at every call. */
  openapi(): JSONSchemaProps;
}

/**
 * Makes a structural schema ready for defaulting, pruning, validation and publication. The schema is
 * expected to pass `checkStructural` and must not be changed afterwards.
 */
export function compileSchema(schema: JSONSchemaProps, options: CompileOptions = {}): CompiledSchema {
  const isResourceRoot = options.isResourceRoot ?? true;
  const node = new SchemaNode(schema);
  let merge: MergeSchema | undefined;
  return {
    applyDefaults: (value) => applyDefaults(value, node),
    prune: (value, report) => pruneUnknown(value, node, { remove: true, isResourceRoot, report }),
    unknownFields: (value) => {
      const paths: string[] = [];
      pruneUnknown(value, node, { remove: false, isResourceRoot, report: (path) => paths.push(path) });
      return paths.sort();
    },
    validate: (value, old) => validateValue(value, node, old),
    mergeSchema: () => {
      merge ??= toMergeSchema(schema, isResourceRoot);
      return merge;
    },
    openapi: () => toOpenApi(schema, isResourceRoot),
  };
}
