import type { Node } from 'oxc-parser';
import { type PublicDeclaration, publicDeclarations } from '../exports.ts';
import type { Repository, Rule } from '../rule.ts';
import type { SourceFile } from '../source.ts';

/** What a package offers is explained where it is declared. */
export const docstrings: Rule = {
  name: 'docstring',
  check(file, report, repository) {
    const declarations = documentedByRule(repository).get(file.path) ?? [];
    const documented = new Set(declarations.filter(hasDocstring).map(({ name }) => name));
    const seen = new Set<string>();
    for (const { name, statement } of declarations) {
      if (documented.has(name) || seen.has(name)) continue;
      seen.add(name);
      report(
        statement.start,
        `"${name}" is exported by its package without a docstring`,
        'write /** one summary line; parameters with units; what it returns; errors; Spec: */ before it',
      );
    }
  },
};

const cache = new WeakMap<Repository, Map<string, PublicDeclaration[]>>();

/** Public functions, classes and interfaces of libs, kernel and capabilities, by the file that declares them. */
function documentedByRule(repository: Repository): Map<string, PublicDeclaration[]> {
  const known = cache.get(repository);
  if (known !== undefined) return known;
  const byFile = new Map<string, PublicDeclaration[]>();
  for (const { folder, manifest } of repository.packages) {
    if (!/^(libs|kernel|capabilities)(\/|$)/.test(folder)) continue;
    for (const entry of Object.values(manifest.exports)) {
      const index = repository.fileAt.get(`${folder}/${entry.replace(/^\.\//, '')}`);
      for (const declaration of index === undefined ? [] : publicDeclarations(repository, index)) {
        if (!needsDocstring(declaration.declaration)) continue;
        const list = byFile.get(declaration.file.path) ?? [];
        if (!list.some((other) => other.statement === declaration.statement)) list.push(declaration);
        byFile.set(declaration.file.path, list);
      }
    }
  }
  cache.set(repository, byFile);
  return byFile;
}

function needsDocstring(declaration: Node): boolean {
  if (declaration.type === 'TSTypeAliasDeclaration') return false;
  if (declaration.type !== 'VariableDeclarator') return true;
  const type = declaration.init?.type;
  return type === 'ArrowFunctionExpression' || type === 'FunctionExpression';
}

function hasDocstring({ file, statement }: PublicDeclaration): boolean {
  return file.comments.some(
    (comment) =>
      comment.type === 'Block' &&
      /^\*[\s*]*[^\s*]/.test(comment.value) &&
      comment.end <= statement.start &&
      isBlank(file, comment.end, statement.start),
  );
}

function isBlank(file: SourceFile, start: number, end: number): boolean {
  return file.text.slice(start, end).trim() === '';
}
