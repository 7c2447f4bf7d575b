import { dirname, join } from 'node:path/posix';
import type { Node } from 'oxc-parser';
import type { Repository } from './rule.ts';
import type { SourceFile } from './source.ts';

/** A declaration that a package offers to others. */
export interface PublicDeclaration {
  readonly name: string;
  readonly file: SourceFile;
  readonly declaration: Node;
  /** The statement that the docstring stands before. */
  readonly statement: Node;
}

/**
 * The declarations behind a module's exports, followed through re-exports within the package.
 *
 * @param repository the parsed files
 * @param file the module, usually the index of a package
 * @returns one entry per declaration; overloads give several of one name
 */
export function publicDeclarations(repository: Repository, file: SourceFile): PublicDeclaration[] {
  return exportsOf(repository, file, new Set());
}

function exportsOf(repository: Repository, file: SourceFile, visited: Set<SourceFile>): PublicDeclaration[] {
  if (visited.has(file)) return [];
  visited.add(file);
  const found: PublicDeclaration[] = [];
  for (const statement of file.program.body) {
    if (statement.type === 'ExportAllDeclaration') {
      const target = resolve(repository, file, statement.source.value);
      if (target !== undefined) found.push(...exportsOf(repository, target, visited));
    } else if (statement.type === 'ExportNamedDeclaration') {
      if (statement.declaration !== null) {
        found.push(...declared(file, statement.declaration, statement));
        continue;
      }
      const target = statement.source === null ? file : resolve(repository, file, statement.source.value);
      if (target === undefined) continue;
      for (const { local } of statement.specifiers) {
        const name = local.type === 'Literal' ? local.value : local.name;
        found.push(...lookUp(repository, target, name, target === file));
      }
    }
  }
  return found;
}

function lookUp(
  repository: Repository,
  file: SourceFile,
  name: string,
  isLocal: boolean,
): PublicDeclaration[] {
  if (!isLocal) return exportsOf(repository, file, new Set()).filter((candidate) => candidate.name === name);
  return file.program.body.flatMap((statement) =>
    declared(file, statement, statement).filter((candidate) => candidate.name === name),
  );
}

function declared(file: SourceFile, declaration: Node, statement: Node): PublicDeclaration[] {
  switch (declaration.type) {
    case 'VariableDeclaration':
      return declaration.declarations.flatMap((declarator) =>
        declarator.id.type === 'Identifier'
          ? [{ name: declarator.id.name, file, declaration: declarator, statement }]
          : [],
      );
    case 'FunctionDeclaration':
    case 'TSDeclareFunction':
    case 'ClassDeclaration':
    case 'TSInterfaceDeclaration':
    case 'TSTypeAliasDeclaration':
      return declaration.id === null ? [] : [{ name: declaration.id.name, file, declaration, statement }];
    default:
      return [];
  }
}

function resolve(repository: Repository, file: SourceFile, specifier: string): SourceFile | undefined {
  return specifier.startsWith('.') ? repository.fileAt.get(join(dirname(file.path), specifier)) : undefined;
}
