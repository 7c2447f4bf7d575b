import { HclError } from './hcl-error.ts';
import { textBytesMax } from './limits.ts';

/**
 * What stands in a body: an attribute as its value, blocks as `TYPE.LABEL...[0]`. An expression is a text with `${...}` around it, and
 * a literal text is a template, in which `$${` stands for `${`.
 */
export type HclBody = Readonly<Record<string, unknown>>;

/** A part of an expression. */
export interface ExpressionTree {
  /** Such as `literalValue`, `scopeTraversal`; empty for what is in brackets. */
  readonly type: string;
  readonly children: readonly ExpressionTree[];
  /** `value` is the source of the part; of an object, `items` has that of its members by that of their names. */
  readonly meta: Readonly<Record<string, unknown>>;
}

/** What is used of the parser. Its own types are not read: they bring those of browsers along, for the whole program. */
interface Parser {
  readonly parse: (name: string, text: string) => Promise<unknown>;
  readonly getExpressionAst: (name: string, text: string) => Promise<unknown>;
  readonly getReferencesInExpression: (
    name: string,
    text: string,
  ) => Promise<readonly { readonly value: string }[]>;
}

let loaded: Promise<Parser> | undefined;
let isBroken = false;

/** HashiCorp's own parser, as WebAssembly. It is loaded when the first text is read. */
async function parser(): Promise<Parser> {
  if (isBroken) throw new Error('the parser broke at a text before; it works again in another thread');
  loaded ??= import(import.meta.resolve('@cdktn/hcl2json')).then((found: unknown) => found as Parser);
  return await loaded;
}

/** @throws HclError with the name of the text, line and column */
async function parsed<Result>(
  name: string,
  text: string,
  parse: (parser: Parser) => Promise<Result>,
): Promise<Result> {
  const bytes = Buffer.byteLength(text);
  if (bytes > textBytesMax)
    throw new HclError(
      `${name}: it has ${bytes} bytes, more than ${textBytesMax}: write it as several files`,
    );
  const ready = await parser();
  try {
    return await parse(ready);
  } catch (error) {
    if (error instanceof RangeError) {
      // The stack ended in the middle of its work, and what it holds by then is never given back.
      isBroken = true;
      throw new HclError(`${name}: blocks or expressions stand too deep within each other`, { cause: error });
    }
    const why = messageOf(error)
      .replace(/^parse config: \[(.*)\]$/s, '$1')
      .replace(/^(?:convert [\w ]+: )+/, '');
    throw new HclError(why.startsWith(`${name}:`) ? why : `${name}: ${why}`, { cause: error });
  }
}

/**
 * Reads a file.
 * @param name of the file, for errors
 * @throws HclError
 */
export async function parseHcl(name: string, text: string): Promise<HclBody> {
  const body = await parsed(name, text, async ({ parse }) => await parse(name, text));
  return isRecord(body) ? body : {};
}

/** The tree of an expression without `${}` around it. @throws HclError */
export async function expressionTree(text: string): Promise<ExpressionTree> {
  return treeOf(
    await parsed(
      'expression',
      text,
      async ({ getExpressionAst }) => await getExpressionAst('expression', text),
    ),
  );
}

/** What a text with `${...}` in it refers to, such as `aws_s3_bucket.a.id`. @throws HclError */
export async function referencesIn(text: string): Promise<string[]> {
  const found = await parsed(
    'expression',
    text,
    async ({ getReferencesInExpression }) => await getReferencesInExpression('expression', text),
  );
  return found.map(({ value }) => value);
}

/** The members of an object, with the source of each; undefined when a name has to be worked out, or it is no object. */
export function membersOf({ type, meta: { items } }: ExpressionTree): Map<string, string> | undefined {
  if (type !== 'object' || !isRecord(items)) return undefined;
  const members = new Map<string, string>();
  for (const [written, text] of Object.entries(items)) {
    const name = /^[\p{ID_Start}_][\p{ID_Continue}-]*$/u.test(written)
      ? written
      : /^"([^"\\$%]*)"$/.exec(written)?.[1];
    if (name === undefined || typeof text !== 'string') return undefined;
    members.set(name, text);
  }
  return members;
}

function treeOf(node: unknown): ExpressionTree {
  const record = isRecord(node) ? node : {};
  const { type, children, meta } = record;
  return {
    type: typeof type === 'string' ? type : '',
    children: Array.isArray(children) ? children.map(treeOf) : [],
    meta: isRecord(meta) ? meta : {},
  };
}

/** Whether a value is an object of JSON. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
