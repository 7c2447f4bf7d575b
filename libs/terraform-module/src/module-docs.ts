import type { ModuleInterface, ModuleOutput, ModuleVariable } from './module-interface.ts';

/** What a page is about. */
export interface DocumentedModule {
  /** As it is called, such as `registry.example/infra/network/azurerm`. */
  readonly source: string;
  readonly version: string;
  readonly description?: string | undefined;
  /** Why it is not to be used any more. */
  readonly deprecated?: string | undefined;
  readonly interface: ModuleInterface;
}

/** A page of Markdown about a module: how it is called, and what it asks for and gives. */
export function moduleDocs(module: DocumentedModule): string {
  const { variables, outputs, providers, resources, modules, requiredVersion } = module.interface;
  const required = variables.filter((variable) => variable.default === undefined);
  const optional = variables.filter((variable) => variable.default !== undefined);
  const requirements = [
    ...(requiredVersion === undefined ? [] : [['terraform', '', requiredVersion]]),
    ...providers.map(({ name, source = '', version = '' }) => [name, source, version]),
  ];
  return [
    `# ${plain(module.source)} ${module.version}\n`,
    ...(module.deprecated === undefined ? [] : [`> **Deprecated**: ${plain(module.deprecated)}\n`]),
    ...(module.description === undefined ? [] : [`${plain(module.description)}\n`]),
    usage(module, required),
    section('Requirements', ['Name', 'Source', 'Version'], requirements),
    section('Required variables', ['Name', 'Type', 'Description'], required.map(requiredRow)),
    section('Optional variables', ['Name', 'Type', 'Default', 'Description'], optional.map(optionalRow)),
    section('Outputs', ['Name', 'Description'], outputs.map(outputRow)),
    section(
      'Modules',
      ['Name', 'Source', 'Version'],
      modules.map(({ name, source, version = '' }) => [code(name), code(source), version]),
    ),
    section(
      'Resources',
      ['Address'],
      resources.map((address) => [code(address)]),
    ),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function usage({ source, version }: DocumentedModule, required: readonly ModuleVariable[]): string {
  const name = /([\w-]+)\/[\w-]+$/.exec(source)?.[1] ?? 'this';
  const width = Math.max('version'.length, ...required.map((variable) => variable.name.length));
  const lines = [
    ['source', JSON.stringify(source)],
    ['version', JSON.stringify(version)],
    ...required.map((variable) => [variable.name, `... # ${variable.type.slice(0, 80)}`]),
  ].map(([key = '', value = '']) => `  ${key.padEnd(width)} = ${value}`);
  return `\`\`\`hcl\nmodule "${name}" {\n${lines.join('\n')}\n}\n\`\`\`\n`;
}

const requiredRow = ({ name, type, description, sensitive }: ModuleVariable): string[] => [
  code(name),
  code(type),
  described(description, sensitive),
];

const optionalRow = (variable: ModuleVariable): string[] => {
  const [name = '', type = '', description = ''] = requiredRow(variable);
  return [name, type, code(variable.default ?? ''), description];
};

const outputRow = ({ name, description, sensitive }: ModuleOutput): string[] => [
  code(name),
  described(description, sensitive),
];

function described(description = '', sensitive = false): string {
  const text = cell(plain(description));
  return sensitive ? `${text}${text === '' ? '' : ' '}(sensitive)` : text;
}

function section(title: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  return `## ${title}\n\n${line(head)}${line(head.map(() => '---'))}${rows.map(line).join('')}`;
}

/** Code in a cell of a table: fenced by more backticks than are in it. */
function code(text: string): string {
  if (text === '') return '';
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const pad = longest > 0 ? ' ' : '';
  return cell(`${fence}${pad}${text}${pad}${fence}`);
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/\s*\n\s*/g, ' ');
}

/** Text of a module in a page: markup in it is none of ours, and no HTML comes out of it. */
function plain(text: string): string {
  return text.trim().replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
