import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { listFiles } from '@plinth/repository';
import { type Comment, type Node, parseSync } from 'oxc-parser';
import { recordOf } from './json.ts';
import { code, generatedNotice, table } from './markdown.ts';

interface Limit {
  readonly name: string;
  readonly value: unknown;
  readonly reason: string;
}

/** What each file of limits is about, in the order of the page. */
const titles: Readonly<Record<string, string>> = {
  'kernel/api/limits.ts': 'API server',
  'kernel/store/limits.ts': 'Store',
  'kernel/store/postgres/limits.ts': 'Store on PostgreSQL',
  'kernel/cluster/limits.ts': 'Several processes',
  'kernel/crd/limits.ts': 'CustomResourceDefinitions',
  'kernel/rules/limits.ts': 'CEL rules of CustomResourceDefinitions',
  'kernel/policy/limits.ts': 'Admission policies',
  'kernel/run/exec/limits.ts': 'Programs of runs',
  'kernel/plan/limits.ts': 'Plans',
  'kernel/drift/limits.ts': 'Drift',
  'kernel/audit/limits.ts': 'Audit',
  'kernel/run/limits.ts': 'Runs',
  'kernel/tenancy/limits.ts': 'Tenants',
  'kernel/backup/limits.ts': 'Backups',
  'libs/cel-kubernetes/src/limits.ts': 'CEL',
  'libs/manifest/src/limits.ts': 'Manifests',
  'libs/plan-policy/src/limits.ts': 'Policies on plans of Terraform',
  'libs/terraform-source/src/limits.ts': 'Policies on source of Terraform',
  'capabilities/workspace/src/limits.ts': 'Workspaces',
  'capabilities/infra/src/limits.ts': 'Infrastructure',
  'capabilities/catalog/src/limits.ts': 'Catalog',
  'libs/terraform-module/src/limits.ts': 'Modules of Terraform',
  'libs/hcl/src/limits.ts': 'HCL',
  'capabilities/telemetry/src/limits.ts': 'Telemetry',
  'libs/tsdb/src/head/limits.ts': 'Time-series database',
};

/** The reference of all bounds, from the files that set them. */
export async function limitsPage(root: string): Promise<string> {
  const isLimits = (path: string): boolean => /(^|\/)limits\.ts$/.test(path) && !path.startsWith('tools/');
  const files = ['apps', 'capabilities', 'kernel', 'libs'].flatMap((folder) =>
    listFiles(root, folder, isLimits),
  );
  const untitled = files.filter((path) => titles[path] === undefined);
  if (untitled.length > 0) throw new Error(`no title for the limits in ${untitled.join(', ')}`);
  const sections: string[] = [];
  for (const [path, title] of Object.entries(titles)) {
    const rows = (await readLimits(root, path)).map(({ name, value, reason }) => [
      code(name),
      valueText(value),
      reason,
    ]);
    sections.push(
      `## ${title}\n\n${code(path)}\n\n${table(['Limit', 'Value', 'What it bounds, and why'], rows)}`,
    );
  }
  return `${generatedNotice}

# Limits

The bounds of the program, from the files that set them. None of them is configurable in this version. Bounds of what
credentials live for are in [SECURITY.md](../../SECURITY.md).

${sections.join('\n\n')}
`;
}

async function readLimits(root: string, path: string): Promise<Limit[]> {
  const text = readFileSync(join(root, path), 'utf8');
  const module: unknown = await import(pathToFileURL(join(root, path)).href);
  const exported = recordOf({ ...(typeof module === 'object' ? module : {}) });
  const { program, comments } = parseSync(path, text);
  const limits: Limit[] = [];
  let reason = '';
  for (const statement of program.body) {
    if (statement.type !== 'ExportNamedDeclaration') continue;
    const { declaration } = statement;
    if (declaration?.type !== 'VariableDeclaration') continue;
    for (const { id, init } of declaration.declarations) {
      if (id.type !== 'Identifier') continue;
      const value = exported[id.name];
      // A value without a comment of its own shares that of the one before it.
      reason = commentBefore(statement, text, comments) ?? reason;
      if (typeof value !== 'object') limits.push({ name: id.name, value, reason });
      else limits.push(...membersOf(init, recordOf(value), text, comments));
    }
  }
  return limits;
}

function membersOf(
  init: Node | null,
  values: Readonly<Record<string, unknown>>,
  text: string,
  comments: readonly Comment[],
): Limit[] {
  const object = init?.type === 'TSAsExpression' ? init.expression : init;
  if (object?.type !== 'ObjectExpression') return [];
  return object.properties.flatMap((property) => {
    if (property.type !== 'Property' || property.key.type !== 'Identifier') return [];
    const { name } = property.key;
    return [{ name, value: values[name], reason: commentBefore(property, text, comments) ?? '' }];
  });
}

/** The docstring that ends right before a node, as one line. */
function commentBefore(node: Node, text: string, comments: readonly Comment[]): string | undefined {
  const comment = comments.findLast(({ end }) => end <= node.start);
  if (comment?.type !== 'Block' || text.slice(comment.end, node.start).trim() !== '') return undefined;
  return comment.value
    .replaceAll(/^\*|^\s*\*/gm, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

function valueText(value: unknown): string {
  if (typeof value === 'string') return code(value);
  return typeof value === 'number'
    ? value.toLocaleString('en-US', { maximumFractionDigits: 6 })
    : String(value);
}
