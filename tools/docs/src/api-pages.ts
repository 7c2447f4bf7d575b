import type { ControlPlane } from './control-plane.ts';
import { type Field, fieldsOf } from './fields.ts';
import { textOf } from './json.ts';
import { code, generatedNotice, table } from './markdown.ts';
import type { Pages } from './place.ts';
import { type ColumnFacts, type ResourceFacts, readResources } from './resources.ts';

/** The reference of the API: an index, and a page for each kind. */
export async function apiPages(plane: ControlPlane): Promise<Pages> {
  const resources = await readResources(plane);
  const pages = new Map([['docs/reference/api.md', indexPage(resources)]]);
  for (const resource of resources) pages.set(`docs/reference/api/${fileName(resource)}`, kindPage(resource));
  return pages;
}

/** The plural, which no two kinds of the program share. */
function fileName({ plural }: ResourceFacts): string {
  return `${plural}.md`;
}

function apiVersion({ group, version }: ResourceFacts): string {
  return group === '' ? version : `${group}/${version}`;
}

function indexPage(resources: readonly ResourceFacts[]): string {
  const rows = resources.map((resource) => [
    `[${resource.kind}](api/${fileName(resource)})`,
    code(apiVersion(resource)),
    code(resource.plural),
    resource.shortNames.map(code).join(', '),
    resource.namespaced ? 'namespace' : 'cluster',
    resource.verbs.length === 1 ? 'asked, not stored' : 'stored',
  ]);
  return `${generatedNotice}

# API reference

Kinds that are there before anybody has defined one. \`kubectl api-resources\` lists them together with the kinds of your
CustomResourceDefinitions; \`kubectl explain KIND\` shows the same fields as these pages.

${table(['Kind', 'apiVersion', 'Resource', 'Short names', 'Lives in', ''], rows)}

A kind that is *asked* is created and answered, and never stored. Every stored kind has the verbs create, get, list,
watch, update, patch, delete and deletecollection, and the fields of
[metadata](https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/).

Errors: [errors](../errors.md). Bounds: [limits](limits.md). What all kinds share: [resource model](../concepts/resource-model.md).
`;
}

function kindPage(resource: ResourceFacts): string {
  const facts: [string, string][] = [
    ['apiVersion', code(apiVersion(resource))],
    ['Resource', code(resource.plural)],
    ['Short names', resource.shortNames.map(code).join(', ')],
    ['Categories', resource.categories.map(code).join(', ')],
    ['Lives in', resource.namespaced ? 'a namespace' : 'the cluster'],
    ['Verbs', resource.verbs.join(', ')],
    ...resource.subresources.map(({ name, kind, verbs }): [string, string] => [
      `Subresource ${code(name)}`,
      `${verbs.join(', ')} (${kind})`,
    ]),
  ];
  const parts = [
    generatedNotice,
    `# ${resource.kind}`,
    textOf(resource.schema['description']),
    table(
      ['', ''],
      facts.filter(([, value]) => value !== ''),
    ),
    '## Fields',
    fieldTable(fieldsOf(resource.schema)),
  ];
  if (resource.columns.length > 0) parts.push('## Columns of kubectl get', columnTable(resource.columns));
  parts.push('[All kinds](../api.md)');
  return `${parts.join('\n\n')}\n`;
}

function fieldTable(fields: readonly Field[]): string {
  if (fields.length === 0) return 'None besides apiVersion, kind and metadata.';
  const rows = fields.map(({ path, type, required, defaultText, description, rules }) => [
    code(path),
    `${type}${required && defaultText === undefined ? ', required' : ''}`,
    code(defaultText ?? ''),
    [description, rules.length === 0 ? '' : `${capital(rules.join('; '))}.`]
      .filter((text) => text !== '')
      .join(' '),
  ]);
  return table(['Field', 'Type', 'Default', ''], rows);
}

function columnTable(columns: readonly ColumnFacts[]): string {
  const rows = columns.map(({ name, type, wide, description }) => [
    name,
    type,
    wide ? '`-o wide`' : 'always',
    description.split('. ', 1)[0]?.slice(0, 160) ?? '',
  ]);
  return table(['Column', 'Type', 'Shown', ''], rows);
}

function capital(text: string): string {
  return text.startsWith('`') ? text : text.charAt(0).toUpperCase() + text.slice(1);
}
