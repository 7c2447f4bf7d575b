import type { SourceFile } from './source.ts';

/** A place where a file names another module. */
export interface ModuleReference {
  readonly specifier: string;
  readonly offset: number;
  /** Whether the module is only named, as the file of a worker or of a process to start. */
  readonly isUrl: boolean;
}

/**
 * All module specifiers of a file: imports and exports, type-only ones too, `import('...')`, import types and
 * `new URL('./...', import.meta.url)`.
 *
 * @param file a parsed file
 * @returns the references, in no particular order
 */
export function moduleReferences(file: SourceFile): ModuleReference[] {
  const found: ModuleReference[] = [];
  const add = (
    literal: { type: string; value?: unknown; start: number } | null | undefined,
    isUrl = false,
  ): void => {
    if (literal?.type === 'Literal' && typeof literal.value === 'string') {
      found.push({ specifier: literal.value, offset: literal.start, isUrl });
    }
  };
  for (const { node } of file.nodes) {
    switch (node.type) {
      case 'ImportDeclaration':
      case 'ExportNamedDeclaration':
      case 'ExportAllDeclaration':
      case 'ImportExpression':
      case 'TSImportType':
        add(node.source);
        break;
      case 'NewExpression': {
        const [target, base] = node.arguments;
        const isModuleUrl =
          node.callee.type === 'Identifier' &&
          node.callee.name === 'URL' &&
          base?.type === 'MemberExpression' &&
          base.object.type === 'MetaProperty';
        if (isModuleUrl && target?.type === 'Literal' && /\.[mc]?[jt]s$/.test(String(target.value)))
          add(target, true);
        break;
      }
      default:
    }
  }
  return found;
}
