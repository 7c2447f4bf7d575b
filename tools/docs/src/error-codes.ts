import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listFiles } from '@plinth/repository';
import { type Node, parseSync, Visitor } from 'oxc-parser';

/** Codes by the section of docs/errors.md that explains them. */
export type CodeTable = ReadonlyMap<string, ReadonlySet<string>>;

/** Union types that list codes, and the sections that explain them. */
const unions: Readonly<Record<string, string>> = {
  StoreErrorCode: 'Store',
  KeyErrorCode: 'Keys',
  BackupErrorCode: 'Backups',
  SourceErrorCode: 'Sources',
  WorkspaceErrorCode: 'Sources',
  CatalogErrorCode: 'Catalog',
  StackErrorCode: 'Stacks',
  ProcessErrorCode: 'Programs',
  ExecErrorCode: 'Programs of runs',
  FieldErrorType: 'Causes',
};

const statusSection = 'API';

/**
 * Finds the codes that the program can answer with, in its sources: literal codes of `StatusError`, reasons of its
 * causes, and the unions of codes.
 *
 * @param root folder of the repository
 */
export function codesInSources(root: string): CodeTable {
  const found = new Map<string, Set<string>>();
  const add = (section: string, code: string): void => {
    const codes = found.get(section) ?? new Set<string>();
    found.set(section, codes.add(code));
  };
  const isSource = (path: string): boolean => path.endsWith('.ts') && !path.includes('/test/');
  for (const folder of ['kernel', 'capabilities', 'libs']) {
    for (const path of listFiles(root, folder, isSource)) {
      const { program } = parseSync(path, readFileSync(join(root, path), 'utf8'));
      new Visitor({
        TSTypeAliasDeclaration({ id, typeAnnotation }) {
          const section = unions[id.name];
          if (section === undefined) {
            // A table of codes that nobody explains is found when it appears.
            if (folder !== 'libs' && id.name.endsWith('ErrorCode')) add(id.name, 'not explained');
            return;
          }
          for (const code of literalsOf(typeAnnotation)) add(section, code);
        },
        NewExpression({ callee, arguments: [code, reason] }) {
          if (callee.type !== 'Identifier' || callee.name !== 'StatusError') return;
          if (isLiteral(code) && isLiteral(reason)) add(statusSection, `${code.value} ${reason.value}`);
        },
        ObjectExpression({ properties }) {
          if (!path.startsWith('kernel/api/')) return;
          const reason = literalIn(properties, 'reason');
          // Other facts have a reason, too; a cause says in words what it is about.
          if (reason !== undefined && properties.some((one) => isNamed(one, 'message')))
            add('Causes', reason);
        },
      }).visit(program);
    }
  }
  return found;
}

/**
 * Reads the codes that docs/errors.md explains: the first column of the tables below each heading.
 *
 * @param text the page
 */
export function codesInPage(text: string): CodeTable {
  const found = new Map<string, Set<string>>();
  for (const section of text.split(/^## /m).slice(1)) {
    const [title = ''] = section.split('\n', 1);
    const codes = [...section.matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1] ?? '');
    if (codes.length > 0) found.set(title, new Set(codes));
  }
  return found;
}

function isLiteral(node: Node | undefined): node is Extract<Node, { type: 'Literal' }> {
  return node?.type === 'Literal';
}

function literalsOf(type: Node): string[] {
  if (type.type === 'TSUnionType') return type.types.flatMap(literalsOf);
  if (type.type !== 'TSLiteralType' || type.literal.type !== 'Literal') return [];
  return typeof type.literal.value === 'string' ? [type.literal.value] : [];
}

type Properties = Extract<Node, { type: 'ObjectExpression' }>['properties'];

function isNamed(property: Properties[number], name: string): boolean {
  return property.type === 'Property' && property.key.type === 'Identifier' && property.key.name === name;
}

/** The text that an object literal gives to a property. */
function literalIn(properties: Properties, name: string): string | undefined {
  for (const property of properties) {
    if (!isNamed(property, name) || property.type !== 'Property') continue;
    if (property.value.type === 'Literal' && typeof property.value.value === 'string') {
      return property.value.value;
    }
  }
  return undefined;
}
