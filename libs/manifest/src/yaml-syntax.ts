import type {
  Composer,
  CST,
  Document,
  DocumentOptions,
  LineCounter,
  ParseOptions,
  ScalarTag,
  SchemaOptions,
  Tags,
  YAMLError,
} from 'yaml';
import type { Fault } from './convert.ts';
import { indentInnerLines } from './lenient-indent.ts';
import { MAX_DEPTH } from './limits.ts';
import type { Position } from './manifest-error.ts';
import { yaml } from './yaml.ts';

/** One document of a stream: its nodes, or what is wrong with its syntax. */
export type SyntaxDocument = {
  readonly document: Document.Parsed | undefined;
  readonly faults: readonly Fault[];
  /** Turns an offset in this document into a place in the stream. */
  readonly positionOf: (offset: number) => Position;
};

/** Go's YAML reader, which kubectl uses, takes this form of octal as well. */
const OCTAL_TAG: ScalarTag = {
  identify: () => false,
  default: true,
  tag: 'tag:yaml.org,2002:int',
  test: /^[-+]?0o[0-7]+$/,
  resolve: (text: string) => {
    const negative = text.startsWith('-');
    const value = BigInt(text.replace(/^[-+]/, ''));
    return negative ? -value : value;
  },
};

const DROPPED_TAGS = new Set(['merge', 'binary', 'omap', 'pairs', 'set', 'timestamp']);

/** Those of YAML 1.1 that Go's reader has: no sexagesimal numbers, no dates; merge keys are resolved later. */
function kubectlTags(tags: Tags): Tags {
  const kept = tags.filter((tag) => {
    if (typeof tag === 'string') return !DROPPED_TAGS.has(tag);
    const name = tag.tag.slice(tag.tag.lastIndexOf(':') + 1);
    return !DROPPED_TAGS.has(name) && !('format' in tag && tag.format === 'TIME');
  });
  return [...kept, OCTAL_TAG];
}

const OPTIONS: ParseOptions & DocumentOptions & SchemaOptions = {
  schema: 'yaml-1.1',
  customTags: kubectlTags,
  resolveKnownTags: false,
  intAsBigInt: true,
  // The package compares every key with every other; the conversion finds duplicates in one pass.
  uniqueKeys: false,
  prettyErrors: false,
};

/**
 * Parses a YAML stream. It is cut at its document markers first, as kubectl does, so that a quote or bracket
 * that is never closed takes no other document with it.
 * @param text the stream; JSON is YAML too
 * @param maxDocuments documents to read; those behind them are left unread
 * @returns the documents, at most one more than `maxDocuments`
 *
 * Spec: YAML 1.2 with the scalars of YAML 1.1, as sigs.k8s.io/yaml
 */
export function parseStream(text: string, maxDocuments: number): SyntaxDocument[] {
  const documents: SyntaxDocument[] = [];
  for (const chunk of splitStream(text)) {
    const room = maxDocuments + 1 - documents.length;
    documents.push(...parseChunk(chunk, room));
    if (documents.length > maxDocuments) break;
  }
  return documents;
}

type Chunk = {
  readonly text: string;
  /** Line of the stream on which the chunk starts, from 1. */
  readonly line: number;
};

/** Cuts before each line that starts with `---`; directives stay with the marker that follows them. */
function* splitStream(text: string): Generator<Chunk> {
  let start = 0;
  let line = 1;
  let startLine = 1;
  let onlyPrologue = true;
  for (let at = 0; at < text.length; line += 1) {
    const newline = text.indexOf('\n', at);
    const end = newline < 0 ? text.length : newline + 1;
    if (isMarker(text, at)) {
      if (!onlyPrologue) {
        yield { text: text.slice(start, at), line: startLine };
        start = at;
        startLine = line;
      }
      onlyPrologue = false;
    } else if (onlyPrologue) {
      onlyPrologue = /^(?:\ufeff?\s*(?:#.*)?|%.*)$/.test(text.slice(at, end).trimEnd());
    }
    at = end;
  }
  if (start < text.length) yield { text: text.slice(start), line: startLine };
}

function isMarker(text: string, at: number): boolean {
  return text.startsWith('---', at) && (at + 3 >= text.length || ' \t\r\n'.includes(text.charAt(at + 3)));
}

function parseChunk(chunk: Chunk, room: number): SyntaxDocument[] {
  const documents = compose(chunk.text, chunk, room);
  if (documents.every(({ faults }) => faults.length === 0)) return documents;
  const repaired = indentInnerLines(chunk.text);
  if (repaired === chunk.text) return documents;
  const again = compose(repaired, chunk, room);
  const isBetter = again.every(({ faults }) => faults.length === 0);
  return isBetter ? again : documents;
}

/** Parses `text`, which is the chunk's own or its repaired form; places are those in the chunk. */
function compose(text: string, chunk: Chunk, room: number): SyntaxDocument[] {
  const lines = new (yaml().LineCounter)();
  const shifts = text === chunk.text ? [] : lineShifts(chunk.text, text);
  const positionOf = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    const shift = shifts[line - 1] ?? 0;
    return { line: Math.max(line, 1) + chunk.line - 1, column: Math.max(col - shift, 1) };
  };
  const documents: SyntaxDocument[] = [];
  for (const parsed of composeAll(text, lines)) {
    documents.push({ ...parsed, positionOf });
    if (documents.length >= room) break;
  }
  return documents;
}

/** By how many columns the repair moved each line. */
function lineShifts(original: string, repaired: string): number[] {
  const before = original.split('\n');
  return repaired.split('\n').map((line, index) => line.length - (before[index]?.length ?? line.length));
}

function* composeAll(text: string, lines: LineCounter): Generator<Omit<SyntaxDocument, 'positionOf'>> {
  const parser = new (yaml().Parser)(lines.addNewLine);
  const composer = new (yaml().Composer)({ ...OPTIONS, lineCounter: lines });
  for (const token of parser.parse(text)) {
    const deep = token.type === 'document' ? tooDeep(token) : undefined;
    if (deep !== undefined) {
      yield* flush(composer, text.length);
      yield { document: undefined, faults: [deep] };
      continue;
    }
    for (const document of composer.next(token)) yield checked(document);
  }
  yield* flush(composer, text.length);
}

function* flush(composer: Composer, end: number): Generator<Omit<SyntaxDocument, 'positionOf'>> {
  for (const document of composer.end(false, end)) yield checked(document);
}

function checked(document: Document.Parsed): Omit<SyntaxDocument, 'positionOf'> {
  // The other warnings are about what Go's reader takes without a word.
  const warnings = document.warnings.filter((warning) => warning.code === 'TAG_RESOLVE_FAILED');
  const errors = [...document.errors, ...warnings];
  // What follows the first error is mostly its consequence; a tab is the cause wherever it shows up.
  const cause = errors.find((error) => error.code === 'TAB_AS_INDENT') ?? errors[0];
  return { document, faults: cause === undefined ? [] : [explain(cause)] };
}

/** Measures nesting without recursion, because the composer recurses. */
function tooDeep(document: CST.Document): Fault | undefined {
  const stack: { token: CST.Token; depth: number }[] = [];
  if (document.value !== undefined) stack.push({ token: document.value, depth: 1 });
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { token, depth } = next;
    if (depth > MAX_DEPTH) {
      const message = `nested more than ${MAX_DEPTH} levels deep`;
      return { offset: token.offset, message, hint: 'flatten the document' };
    }
    if (!yaml().CST.isCollection(token)) continue;
    for (const item of token.items) {
      if (item.key !== undefined && item.key !== null) stack.push({ token: item.key, depth: depth + 1 });
      if (item.value !== undefined) stack.push({ token: item.value, depth: depth + 1 });
    }
  }
  return undefined;
}

const HINTS: Readonly<Partial<Record<YAMLError['code'], string>>> = {
  TAB_AS_INDENT: 'YAML does not allow tabs for indentation: use spaces',
  BAD_INDENT: 'align the line with the other members of its mapping or list',
  BLOCK_AS_IMPLICIT_KEY: 'put nested mappings and lists on their own, further indented lines',
  BLOCK_IN_FLOW: 'inside { } and [ ] separate members with commas',
  MISSING_CHAR: 'check for a missing quote, bracket, comma or colon before this place',
  UNEXPECTED_TOKEN: 'check the quotes, colons and indentation before this place',
  MULTILINE_IMPLICIT_KEY: 'a key and its colon must be on one line: check for a missing colon or quote',
  BAD_DQ_ESCAPE: 'write \\\\ for a backslash, or use single quotes',
  BAD_SCALAR_START: 'put the value in quotes',
  BAD_ALIAS: 'put the value in quotes if it is text that starts with * or &',
  TAG_RESOLVE_FAILED: 'remove the tag (!name): Kubernetes manifests have none',
  BAD_DIRECTIVE: 'remove the line that starts with %',
};

function explain(error: YAMLError): Fault {
  const hint = HINTS[error.code] ?? 'check the YAML syntax at this place';
  return { offset: error.pos[0], message: error.message, hint };
}
