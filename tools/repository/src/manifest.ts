import { readFileSync } from 'node:fs';

/** The fields of a package.json that the tools read. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  /** Export subpath (`.`, `./suite`) to the file it stands for. */
  readonly exports: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  /** Workspace globs; empty in all but the root's manifest. */
  readonly workspaces: readonly string[];
}

/**
 * Reads a package.json.
 *
 * @param path the file
 * @returns its fields, absent ones as empty records
 * @throws when the file is not JSON, or a field has another shape than npm defines
 */
export function readManifest(path: string): Manifest {
  const json: unknown = JSON.parse(readFileSync(path, 'utf8'));
  if (!isRecord(json)) throw new Error(`${path}: a manifest must be a JSON object`);
  return {
    name: text(json['name'], path, 'name'),
    version: text(json['version'], path, 'version'),
    exports: exportTable(json['exports'], path),
    dependencies: textTable(json['dependencies'], path, 'dependencies'),
    devDependencies: textTable(json['devDependencies'], path, 'devDependencies'),
    optionalDependencies: textTable(json['optionalDependencies'], path, 'optionalDependencies'),
    workspaces: workspaceGlobs(json['workspaces'], path),
  };
}

function exportTable(value: unknown, path: string): Record<string, string> {
  return typeof value === 'string' ? { '.': value } : textTable(value, path, 'exports');
}

function workspaceGlobs(value: unknown, path: string): string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new Error(`${path}: "workspaces" must be a list of globs`);
  return value.map((glob) => text(glob, path, 'workspaces'));
}

function textTable(value: unknown, path: string, field: string): Record<string, string> {
  if (value === undefined) return {};
  if (!isRecord(value)) throw new Error(`${path}: "${field}" must be an object of strings`);
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [key, text(entry, path, `${field}.${key}`)]),
  );
}

function text(value: unknown, path: string, field: string): string {
  if (typeof value !== 'string')
    throw new Error(`${path}: "${field}" must be a string, found ${typeof value}`);
  return value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
