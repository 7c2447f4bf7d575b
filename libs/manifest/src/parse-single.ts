import type { Node } from 'yaml';
import { convert, type Fault } from './convert.ts';
import { scanJson, tooDeepAt } from './json-scan.ts';
import { MAX_ALIASES, MAX_BYTES, MAX_DEPTH } from './limits.ts';
import type { ManifestError, Position } from './manifest-error.ts';
import { yaml } from './yaml.ts';
import { parseStream } from './yaml-syntax.ts';

/** Documents that a body is read for: some clients end it with empty ones. */
const MAX_SINGLE_DOCUMENTS = 100;

/** A member that an object has more than once; the last one counts. */
export type DuplicateField = Position & {
  /** Path such as `spec.x` or `spec.ports[0].name`. */
  readonly path: string;
  /** As Kubernetes words it: `duplicate field "spec.x"`. */
  readonly message: string;
};

/** A body's value, or why it has none. */
export type ParsedSingle =
  | { readonly ok: true; readonly value: unknown; readonly duplicates: readonly DuplicateField[] }
  | { readonly ok: false; readonly error: ManifestError };

/** How a body is written and how strictly it is read. */
export type SingleOptions = {
  readonly format: 'json' | 'yaml';
  /** Name for error messages; `body` by default. */
  readonly file?: string;
  /** Also report duplicate members; false by default, which for JSON costs nothing over `JSON.parse`. */
  readonly detectDuplicates?: boolean;
  /** Largest text in bytes of UTF-8; 16 MiB by default. */
  readonly maxBytes?: number;
  /** Most aliases in a YAML body; 1,000 by default. */
  readonly maxAliases?: number;
};

/**
 * Parses one JSON or YAML document, such as a request body.
 * @param text the document
 * @param options format and strictness
 * @returns the value (any JSON value) with its duplicate members, or the first fault with line and column
 *
 * Spec: RFC 8259; sigs.k8s.io/json strict errors; sigs.k8s.io/yaml
 */
export function parseSingle(text: string, options: SingleOptions): ParsedSingle {
  const maxBytes = options.maxBytes ?? MAX_BYTES;
  // A UTF-16 code unit is at most three bytes of UTF-8, so most texts need no counting.
  if (text.length * 3 > maxBytes && Buffer.byteLength(text, 'utf8') > maxBytes) {
    const message = `the body has more than ${maxBytes} bytes`;
    return failed({ offset: 0, message, hint: 'send a smaller object' }, options, () => ({
      line: 1,
      column: 1,
    }));
  }
  return options.format === 'json' ? parseJson(text, options) : parseYaml(text, options);
}

function failed(
  fault: Fault,
  options: SingleOptions,
  positionOf: (offset: number) => Position,
): ParsedSingle {
  const { message, hint, offset } = fault;
  return { ok: false, error: { file: options.file ?? 'body', ...positionOf(offset), message, hint } };
}

function parseJson(text: string, options: SingleOptions): ParsedSingle {
  const positionOf = (offset: number) => linePosition(text, offset);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const fault = scanJson(text).fault ?? { offset: 0, message: `invalid JSON: ${error.message}` };
    return failed({ ...fault, hint: 'check the JSON syntax at this place' }, options, positionOf);
  }
  const deep = tooDeepAt(text, MAX_DEPTH);
  if (deep !== undefined) {
    const message = `nested more than ${MAX_DEPTH} levels deep`;
    return failed({ offset: deep, message, hint: 'flatten the object' }, options, positionOf);
  }
  if (options.detectDuplicates !== true) return { ok: true, value, duplicates: [] };
  const duplicates = scanJson(text).duplicates.map(({ path, offset }) => duplicate(path, positionOf(offset)));
  return { ok: true, value, duplicates };
}

function duplicate(path: string, position: Position): DuplicateField {
  return { path, message: `duplicate field "${path}"`, ...position };
}

function parseYaml(text: string, options: SingleOptions): ParsedSingle {
  let body: { root: Node; positionOf: (offset: number) => Position } | undefined;
  for (const { document, faults, positionOf } of parseStream(text, MAX_SINGLE_DOCUMENTS)) {
    const [fault] = faults;
    if (fault !== undefined) return failed(fault, options, positionOf);
    const contents: Node | null = document?.contents ?? null;
    if (contents === null || (yaml().isScalar(contents) && contents.value === null)) continue;
    if (body !== undefined) {
      const offset = contents.range?.[0] ?? 0;
      const message = 'found a second YAML document, expected one';
      return failed({ offset, message, hint: 'send one object in a request' }, options, positionOf);
    }
    body = { root: contents, positionOf };
  }
  if (body === undefined) return { ok: true, value: null, duplicates: [] };
  const { root, positionOf } = body;
  const conversion = convert(root, options.maxAliases ?? MAX_ALIASES);
  const [fault] = conversion.faults;
  if (fault !== undefined) return failed(fault, options, positionOf);
  const found = options.detectDuplicates === true ? conversion.duplicates : [];
  const duplicates = found.map(({ path, offset }) => duplicate(path, positionOf(offset)));
  return { ok: true, value: conversion.value, duplicates };
}

function linePosition(text: string, offset: number): Position {
  let line = 1;
  let start = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) {
    line += 1;
    start = at + 1;
  }
  return { line, column: offset - start + 1 };
}
