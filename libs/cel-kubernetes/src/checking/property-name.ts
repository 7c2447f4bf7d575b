/** Words that Kubernetes escapes when a property has them as its name. Spec: apiserver pkg/cel/escaping.go. */
const escapedWords: ReadonlySet<string> = new Set([
  'true',
  'false',
  'null',
  'in',
  'as',
  'break',
  'const',
  'continue',
  'else',
  'for',
  'function',
  'if',
  'import',
  'let',
  'loop',
  'package',
  'namespace',
  'return',
  'var',
  'void',
  'while',
]);

const escapes: Readonly<Record<string, string>> = {
  __: '__underscores__',
  '.': '__dot__',
  '-': '__dash__',
  '/': '__slash__',
};

/**
 * The name under which expressions reach a property: `__`, `.`, `-` and `/` and reserved words are escaped.
 * Undefined when there is no such name, because the property has other characters or begins with a digit.
 */
export function escapeProperty(property: string): string | undefined {
  if (escapedWords.has(property)) return `__${property}__`;
  if (!/^[A-Za-z_.\-/][A-Za-z0-9_.\-/]*$/.test(property)) return undefined;
  return property.replace(/__|[.\-/]/g, (part) => escapes[part] ?? part);
}
