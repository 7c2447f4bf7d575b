/** The text is no HCL, with file, line and column. */
export class SourceError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SourceError';
  }
}

/** A part of an expression. */
export interface ExpressionTree {
  /** Such as `literalValue`, `scopeTraversal`; empty for what is in brackets. */
  readonly type: string;
  readonly children: readonly ExpressionTree[];
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

/** HashiCorp's own parser, as WebAssembly. It is loaded when the first file is read: that takes some 150 ms. */
function parser(): Promise<Parser> {
  loaded ??= import(import.meta.resolve('@cdktn/hcl2json')).then((found: unknown) => found as Parser);
  return loaded;
}

/**
 * The blocks of a file: `resource.TYPE.NAME[0]` and so on, in which an expression is a text with `${...}` around it.
 * @throws SourceError with line and column
 */
export async function parseHcl(name: string, text: string): Promise<unknown> {
  try {
    const { parse } = await parser();
    return await parse(name, text);
  } catch (error) {
    throw new SourceError(messageOf(error).replace(/^parse config: /, ''), { cause: error });
  }
}

/** The tree of an expression without `${}` around it. @throws SourceError */
export async function expressionTree(text: string): Promise<ExpressionTree> {
  try {
    const { getExpressionAst } = await parser();
    return treeOf(await getExpressionAst('expression', text));
  } catch (error) {
    throw new SourceError(messageOf(error), { cause: error });
  }
}

/** What a text with `${...}` in it refers to, such as `aws_s3_bucket.a.id`. @throws SourceError */
export async function referencesIn(text: string): Promise<string[]> {
  try {
    const { getReferencesInExpression } = await parser();
    return (await getReferencesInExpression('expression', text)).map(({ value }) => value);
  } catch (error) {
    throw new SourceError(messageOf(error), { cause: error });
  }
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
