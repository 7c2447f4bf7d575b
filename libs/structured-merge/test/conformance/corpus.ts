import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { JsonObject, JsonValue, TypeDef } from '../../src/index.ts';

/** A path element as the corpus writes it. */
export type CorpusElement =
  | { readonly field: string }
  | { readonly key: JsonObject }
  | { readonly value: JsonValue }
  | { readonly index: number };

/** A path as the corpus writes it. */
export type CorpusPath = readonly CorpusElement[];

/** A set of paths with its version, in both forms. */
export interface CorpusManaged {
  readonly apiVersion: string;
  readonly paths: readonly CorpusPath[];
  readonly fieldsV1?: JsonObject;
  readonly appliedAsWritten?: boolean;
}

/** A step that changes the object. */
export interface ObjectStep {
  readonly op: 'Apply' | 'ForceApply' | 'Update' | 'ExtractApply';
  readonly manager: string;
  readonly apiVersion: string;
  readonly object: JsonValue;
  readonly conflicts?: readonly { readonly manager: string; readonly path: CorpusPath }[];
}

/** One step of a vector. */
export type Step =
  | ObjectStep
  | { readonly op: 'ChangeParser'; readonly schema: string }
  | { readonly op: 'SetAcceptedVersions'; readonly acceptedVersions: readonly string[] };

/** How the type of an object follows from its version. */
export interface RootType {
  readonly mode: 'fixed' | 'apiVersion' | 'map';
  readonly name?: string;
  readonly map?: Readonly<Record<string, string>>;
}

/** One merge vector. */
export interface MergeCase {
  readonly name: string;
  readonly schema: string;
  readonly rootType: RootType;
  readonly converter: { readonly name: string; readonly acceptedVersions?: readonly string[] };
  readonly options?: {
    readonly ignoreFilter?: Readonly<Record<string, { readonly exclude: readonly CorpusPath[] }>>;
    readonly ignoredFields?: Readonly<Record<string, readonly CorpusPath[]>>;
  };
  readonly initial?: { readonly apiVersion: string; readonly object: JsonValue };
  readonly ops: readonly Step[];
  readonly expect: {
    readonly error?: boolean;
    readonly apiVersion?: string;
    readonly object?: JsonValue;
    readonly managed?: Readonly<Record<string, CorpusManaged>>;
    readonly checkApplied?: boolean;
  };
}

/** One vector of `conflict_test.json`. */
export interface ConflictCase {
  readonly name: string;
  readonly managers: Readonly<Record<string, CorpusManaged>>;
  readonly expectErrorText?: string;
  readonly expectPaths?: readonly CorpusPath[];
}

/** A file of merge vectors. */
export interface MergeFile {
  readonly schemas: Readonly<
    Record<string, { readonly schema: { readonly types: readonly (TypeDef & { readonly name: string })[] } }>
  >;
  readonly cases: readonly MergeCase[];
}

/** A file of conflict report vectors. */
export interface ConflictFile {
  readonly cases: readonly ConflictCase[];
}

const checkout = resolve(import.meta.dirname, '../../../..');
const directory = join(
  process.env['PLINTH_CORPORA'] ?? join(checkout, '../shared/corpora'),
  'server-side-apply',
);

/** Why the corpus cannot be read, or false. */
export const corpusMissing: string | false = existsSync(directory) ? false : `no corpus at ${directory}`;

/** Reads a file of merge vectors. */
export function readMergeFile(name: string): MergeFile {
  const file = read(name);
  assert.ok(isMergeFile(file), `${name} has no merge vectors`);
  return file;
}

/** Reads the file of conflict report vectors. */
export function readConflictFile(): ConflictFile {
  const file = read('conflict_test');
  assert.ok(isConflictFile(file), 'conflict_test has no conflict vectors');
  return file;
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(join(directory, `${name}.json`), 'utf8'));
}

// The corpus is pinned by its README, so only its outline is checked.
function isMergeFile(file: unknown): file is MergeFile {
  return hasCases(file) && 'schemas' in file;
}

function isConflictFile(file: unknown): file is ConflictFile {
  return hasCases(file) && !('schemas' in file);
}

function hasCases(file: unknown): file is { readonly cases: readonly unknown[] } {
  return typeof file === 'object' && file !== null && 'cases' in file && Array.isArray(file.cases);
}
