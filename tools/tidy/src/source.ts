import type { Package } from '@plinth/repository';
import { type Comment, type Node, type Program, parseSync, visitorKeys } from 'oxc-parser';

/** Where a file stands in the house; arrows point from left to right, a tool may use everything. */
export type Layer = 'tool' | 'app' | 'capability' | 'kernel' | 'lib' | 'outside';

/** A syntax node with the node that holds it. */
export interface PlacedNode {
  readonly node: Node;
  readonly parent: Node | undefined;
  /** Property of the parent that holds the node. */
  readonly key: string;
}

/** One TypeScript or JavaScript file, parsed. */
export interface SourceFile {
  /** Relative to the repository, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly layer: Layer;
  /** Whether it belongs to the tests rather than to what runs in production. */
  readonly isTest: boolean;
  readonly owner: Package | undefined;
  readonly program: Program;
  readonly comments: readonly Comment[];
  /** All nodes, parents before children. */
  readonly nodes: readonly PlacedNode[];
  /** Problem that kept the file from being parsed. */
  readonly syntaxError: { readonly message: string; readonly offset: number } | undefined;
  /** Line, counted from 1, of a character offset. */
  lineAt(offset: number): number;
}

/**
 * Parses a source file.
 *
 * @param path relative to the repository, with `/`
 * @param text its content
 * @param owner workspace package that it belongs to
 * @returns the file; with `syntaxError` set and no nodes when it does not parse
 */
export function parseSource(path: string, text: string, owner: Package | undefined): SourceFile {
  const parsed = parseSync(path, text, { sourceType: 'module' });
  const failure = parsed.errors[0];
  const lineStarts = lineStartsOf(text);
  return {
    path,
    text,
    owner,
    layer: layerOf(path),
    isTest: /(^|\/)test\/|\.test\.ts$|^conformance\//.test(path),
    program: parsed.program,
    comments: parsed.comments,
    nodes: failure === undefined ? placeNodes(parsed.program) : [],
    syntaxError:
      failure === undefined ? undefined : { message: failure.message, offset: failure.labels[0]?.start ?? 0 },
    lineAt: (offset) => lineNumber(lineStarts, offset),
  };
}

function layerOf(path: string): Layer {
  switch (path.split('/', 1)[0] ?? '') {
    case 'tools':
      return 'tool';
    case 'apps':
      return 'app';
    case 'capabilities':
      return 'capability';
    case 'kernel':
      return 'kernel';
    case 'libs':
      return 'lib';
    default:
      return 'outside';
  }
}

function placeNodes(program: Program): PlacedNode[] {
  const placed: PlacedNode[] = [];
  const pending: PlacedNode[] = [{ node: program, parent: undefined, key: '' }];
  for (let current = pending.pop(); current !== undefined; current = pending.pop()) {
    placed.push(current);
    for (const key of visitorKeys[current.node.type] ?? []) {
      const value: unknown = Reflect.get(current.node, key);
      for (const child of Array.isArray(value) ? value : [value]) {
        if (isNode(child)) pending.push({ node: child, parent: current.node, key });
      }
    }
  }
  return placed;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value;
}

function lineStartsOf(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function lineNumber(lineStarts: readonly number[], offset: number): number {
  let [low, high] = [0, lineStarts.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((lineStarts[middle] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  return low + 1;
}
