import { basename } from 'node:path/posix';
import type { Node } from 'oxc-parser';
import type { Rule } from '../rule.ts';

const FORBIDDEN_WORDS: ReadonlySet<string> = new Set([
  'common',
  'helper',
  'helpers',
  'misc',
  'types',
  'util',
  'utils',
]);
const KEBAB_CASE = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** A file or folder is named after the one idea in it. */
export const fileNames: Rule = {
  name: 'file-name',
  check(file, report) {
    const segments = file.path.split('/');
    for (const [position, segment] of segments.entries()) {
      const isFile = position === segments.length - 1;
      const name = isFile ? segment.replace(/(\.test|\.d)?\.[cm]?[jt]sx?$/, '') : segment;
      if (FORBIDDEN_WORDS.has(name.toLowerCase())) {
        report(
          0,
          `"${segment}" names no idea`,
          'name it after the noun in it, or move its parts where they belong',
        );
      } else if (isFile && !KEBAB_CASE.test(name)) {
        report(0, `"${segment}" is not in kebab-case`, 'write lower case words joined by hyphens');
      }
    }
  },
};

/** An index names what the package offers; logic has files of its own. */
export const indexFiles: Rule = {
  name: 'index',
  check(file, report) {
    if (!/^index\.[cm]?[jt]s$/.test(basename(file.path))) return;
    for (const statement of file.program.body) {
      if (isReExport(statement)) continue;
      report(
        statement.start,
        'an index with logic in it',
        'move it to a file named after it, and re-export it',
      );
      return;
    }
  },
};

/** Names say what a thing is, not which pattern it plays. */
export const typeNames: Rule = {
  name: 'type-name',
  check(file, report) {
    for (const { node } of file.nodes) {
      if (
        node.type !== 'ClassDeclaration' &&
        node.type !== 'TSInterfaceDeclaration' &&
        node.type !== 'TSTypeAliasDeclaration'
      ) {
        continue;
      }
      const name = node.id?.name ?? '';
      if (/(Manager|Impl|Base|Helper|Utils?)$|^(Base|Abstract)[A-Z]|^I[A-Z][a-z]/.test(name)) {
        report(
          node.start,
          `"${name}" names a pattern`,
          'use the noun of the field, without Manager, Impl, Base or I-',
        );
      }
    }
  },
};

function isReExport(statement: Node): boolean {
  if (statement.type === 'ExportAllDeclaration') return true;
  return statement.type === 'ExportNamedDeclaration' && statement.source !== null;
}
