import { type Expression, parseSync, Visitor } from 'oxc-parser';

/** Gives the new text of a module specifier, or the same text to leave it alone. */
export type SpecifierRewrite = (specifier: string) => string;

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * Rewrites every place where a JavaScript module names another file of the program: import and export
 * declarations, `import('...')`, `import.meta.resolve('...')` and `new URL('...', import.meta.url)`.
 *
 * @param path name for error messages
 * @param source JavaScript module
 * @param rewrite called with each specifier
 * @returns the module with the specifiers replaced, everything else untouched
 * @throws when the source does not parse
 */
export function rewriteSpecifiers(path: string, source: string, rewrite: SpecifierRewrite): string {
  const parsed = parseSync(path, source, { lang: 'js', sourceType: 'module' });
  const failure = parsed.errors[0];
  if (failure !== undefined) throw new Error(`${path}: ${failure.message}`);

  const edits: Edit[] = [];
  const visitLiteral = (node: Expression | undefined | null): void => {
    if (node?.type === 'Literal' && typeof node.value === 'string') {
      const text = rewrite(node.value);
      if (text !== node.value) edits.push({ start: node.start, end: node.end, text: `'${text}'` });
    }
  };
  new Visitor({
    ImportDeclaration: (node) => visitLiteral(node.source),
    ExportNamedDeclaration: (node) => visitLiteral(node.source),
    ExportAllDeclaration: (node) => visitLiteral(node.source),
    ImportExpression: (node) => visitLiteral(node.source),
    NewExpression: (node) => {
      const [target, base] = node.arguments;
      if (node.callee.type !== 'Identifier' || node.callee.name !== 'URL') return;
      if (base?.type !== 'MemberExpression' || base.object.type !== 'MetaProperty') return;
      if (target?.type !== 'SpreadElement') visitLiteral(target);
    },
    CallExpression: (node) => {
      const [target] = node.arguments;
      if (node.callee.type !== 'MemberExpression' || node.callee.object.type !== 'MetaProperty') return;
      if (target?.type !== 'SpreadElement') visitLiteral(target);
    },
  }).visit(parsed.program);
  return applyEdits(source, edits);
}

function applyEdits(source: string, edits: Edit[]): string {
  let result = source;
  for (const edit of edits.sort((left, right) => right.start - left.start)) {
    result = result.slice(0, edit.start) + edit.text + result.slice(edit.end);
  }
  return result;
}
