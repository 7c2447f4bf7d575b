/** Kinds of tokens within actions, and the text between actions. */
export type TokenKind =
  | 'text'
  | 'left'
  | 'right'
  | 'identifier'
  | 'keyword'
  | 'field'
  | 'variable'
  | 'string'
  | 'character'
  | 'number'
  | 'boolean'
  | 'nil'
  | 'dot'
  | 'pipe'
  | 'comma'
  | 'declare'
  | 'assign'
  | 'open'
  | 'close'
  | 'space'
  | 'end';

/** A piece of a template. */
export interface Token {
  readonly kind: TokenKind;
  /** As it was written. */
  readonly text: string;
  readonly position: number;
}

/** Words that begin or end control structures. */
export const keywords: ReadonlySet<string> = new Set([
  'block',
  'break',
  'continue',
  'define',
  'else',
  'end',
  'if',
  'range',
  'template',
  'with',
]);
