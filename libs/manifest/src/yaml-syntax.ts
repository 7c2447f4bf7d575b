import {
  Composer,
  CST,
  type Document,
  type DocumentOptions,
  LineCounter,
  type ParseOptions,
  Parser,
  type ScalarTag,
  type SchemaOptions,
  type Tags,
  type YAMLError,
} from 'yaml';
import type { Fault } from './convert.ts';
import { MAX_DEPTH } from './limits.ts';
import type { Position } from './manifest-error.ts';
import { indentQuotedScalars } from './quoted-scalar.ts';

/** One document of a stream: its nodes, or what is wrong with its syntax. */
export type SyntaxDocument = {
  readonly document: Document.Parsed | undefined;
  readonly faults: readonly Fault[];
  /** Whether a quote or bracket seems to be missing, which may be a matter of indentation only. */
  readonly unclosedQuote: boolean;
};

/** A parsed stream and the way from offsets to lines. */
export type SyntaxStream = {
  readonly documents: readonly SyntaxDocument[];
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
  intAsBigInt: true,
  // The package compares every key with every other; the conversion finds duplicates in one pass.
  uniqueKeys: false,
  prettyErrors: false,
};

/**
 * Parses a YAML stream.
 * @param text the stream; JSON is YAML too
 * @param maxDocuments documents to read; those behind them are left unread
 * @returns the documents; a fault in one does not keep the others from being read
 *
 * Spec: YAML 1.2 with the scalars of YAML 1.1, as sigs.k8s.io/yaml
 */
export function parseStream(text: string, maxDocuments: number): SyntaxStream {
  const stream = compose(text, maxDocuments);
  if (!stream.documents.some(({ unclosedQuote }) => unclosedQuote)) return stream;
  const repaired = indentQuotedScalars(text);
  return repaired === text ? stream : compose(repaired, maxDocuments);
}

function compose(text: string, maxDocuments: number): SyntaxStream {
  const lines = new LineCounter();
  const documents: SyntaxDocument[] = [];
  for (const document of composeAll(text, lines)) {
    documents.push(document);
    if (documents.length >= maxDocuments) break;
  }
  const positionOf = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  return { documents, positionOf };
}

function* composeAll(text: string, lines: LineCounter): Generator<SyntaxDocument> {
  const parser = new Parser(lines.addNewLine);
  const composer = new Composer({ ...OPTIONS, lineCounter: lines });
  for (const token of parser.parse(text)) {
    const deep = token.type === 'document' ? tooDeep(token) : undefined;
    if (deep !== undefined) {
      yield* flush(composer, text.length);
      yield { document: undefined, faults: [deep], unclosedQuote: false };
      continue;
    }
    for (const document of composer.next(token)) yield checked(document);
  }
  yield* flush(composer, text.length);
}

function* flush(composer: Composer, end: number): Generator<SyntaxDocument> {
  for (const document of composer.end(false, end)) yield checked(document);
}

function checked(document: Document.Parsed): SyntaxDocument {
  // The other warnings are about what Go's reader takes without a word.
  const warnings = document.warnings.filter((warning) => warning.code === 'TAG_RESOLVE_FAILED');
  const errors = [...document.errors, ...warnings];
  // What follows the first error is mostly its consequence; a tab is the cause wherever it shows up.
  const cause = errors.find((error) => error.code === 'TAB_AS_INDENT') ?? errors[0];
  const unclosedQuote = errors.some((error) => error.code === 'MISSING_CHAR');
  return { document, faults: cause === undefined ? [] : [explain(cause)], unclosedQuote };
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
    if (!CST.isCollection(token)) continue;
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
