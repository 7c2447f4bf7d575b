import { errorAt } from './hcl-error.ts';
import { type ScannedTemplate, scanHeredoc, scanQuoted } from './templates.ts';

/** A lexical element. Comments and whitespace are none. Spec: HCL Native Syntax, Lexical Elements. */
export interface Token {
  readonly kind: 'identifier' | 'number' | 'string' | 'operator' | 'newline';
  /** As it stands in the source. */
  readonly text: string;
  /** Where it begins in the source. */
  readonly at: number;
  /** Of a string, quoted or heredoc: what it says; undefined when that has to be evaluated. */
  readonly literal?: string | undefined;
}

/** Blocks, brackets and templates within each other. */
export const depthMax = 100;

const identifierForm = /[\p{ID_Start}_][\p{ID_Continue}-]*/uy;
const numberForm = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const blankForm = /[ \t]+|\/\*[\s\S]*?\*\//y;
// A line comment is as good as the newline behind it.
const newlineForm = /(?:#|\/\/)[^\n]*(?:\n|$)|\r?\n/y;
// The strip marker of a template sequence stands before its closing brace.
const operatorForm = /~(?=\})|\.\.\.|&&|\|\||==|!=|<=|>=|=>|::|[-+*/%!<>=:{}[\]().,?]/y;

/** All tokens of a text. @throws HclError */
export function tokensOf(text: string): Token[] {
  if (text.startsWith('\ufeff')) throw errorAt(text, 0, 'expected no byte order mark');
  const { tokens, end } = scanTokens(text, 0, 0);
  if (end < text.length) throw errorAt(text, end, 'expected no closing brace');
  return tokens;
}

/**
 * The tokens up to a closing brace that belongs to none of them, or to the end of the text.
 * @param depth how many templates it stands in
 * @returns the tokens, and the place of the brace
 */
export function scanTokens(text: string, from: number, depth: number): { tokens: Token[]; end: number } {
  if (depth > depthMax) throw errorAt(text, from, `templates stand more than ${depthMax} deep`);
  const tokens: Token[] = [];
  let braces = 0;
  let at = from;
  while (at < text.length) {
    const blank = matchAt(blankForm, text, at);
    if (blank !== undefined) {
      at += blank.length;
      continue;
    }
    if (text[at] === '}' && braces === 0) break;
    const token = tokenAt(text, at, depth);
    if (token.text === '{') braces++;
    else if (token.text === '}') braces--;
    tokens.push(token);
    at += token.text.length;
  }
  return { tokens, end: at };
}

function tokenAt(text: string, at: number, depth: number): Token {
  const newline = matchAt(newlineForm, text, at);
  if (newline !== undefined) return { kind: 'newline', text: newline, at };
  if (text[at] === '"') return stringToken(text, at, scanQuoted(text, at, depth));
  if (text.startsWith('<<', at)) return stringToken(text, at, scanHeredoc(text, at, depth));
  const identifier = matchAt(identifierForm, text, at);
  if (identifier !== undefined) return { kind: 'identifier', text: identifier, at };
  const number = matchAt(numberForm, text, at);
  if (number !== undefined) return { kind: 'number', text: number, at };
  if (text.startsWith('/*', at)) throw errorAt(text, at, 'expected the end of the comment');
  const operator = matchAt(operatorForm, text, at);
  if (operator !== undefined) return { kind: 'operator', text: operator, at };
  throw errorAt(
    text,
    at,
    `expected no such character, found ${JSON.stringify(String.fromCodePoint(text.codePointAt(at) ?? 0))}`,
  );
}

function stringToken(text: string, at: number, { end, literal }: ScannedTemplate): Token {
  return { kind: 'string', text: text.slice(at, end), at, literal };
}

function matchAt(form: RegExp, text: string, at: number): string | undefined {
  form.lastIndex = at;
  return form.exec(text)?.[0];
}
