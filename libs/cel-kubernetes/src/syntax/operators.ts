/** Binary operators that group to the left, with how tightly they bind. `&&` and `||` are balanced instead. */
export const binaryOperators: Readonly<Record<string, { readonly name: string; readonly level: number }>> = {
  '<': { name: '_<_', level: 1 },
  '<=': { name: '_<=_', level: 1 },
  '>': { name: '_>_', level: 1 },
  '>=': { name: '_>=_', level: 1 },
  '==': { name: '_==_', level: 1 },
  '!=': { name: '_!=_', level: 1 },
  in: { name: '@in', level: 1 },
  '+': { name: '_+_', level: 2 },
  '-': { name: '_-_', level: 2 },
  '*': { name: '_*_', level: 3 },
  '/': { name: '_/_', level: 3 },
  '%': { name: '_%_', level: 3 },
};

/** The level of the operators that bind most tightly. */
export const tightestLevel = 3;

/** Words that are no names. Spec: CEL language definition, "Syntax", RESERVED and keywords. */
export const reservedWords: ReadonlySet<string> = new Set([
  'as',
  'break',
  'const',
  'continue',
  'else',
  'false',
  'for',
  'function',
  'if',
  'import',
  'in',
  'let',
  'loop',
  'namespace',
  'null',
  'package',
  'return',
  'true',
  'var',
  'void',
  'while',
]);
