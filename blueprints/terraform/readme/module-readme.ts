import type { Declaration } from './hcl-declaration.ts';
import type { ModuleFolder } from './module-folder.ts';

const begin = '<!-- What follows is written by blueprints/terraform/readme.ts. -->';

/** Types that are longer stand below the table, as code. */
const inlineTypeLengthMax = 40;

/** The README of a module: what somebody wrote, then what its files say. @throws Error when the mark between the two is missing. */
export function moduleReadme(module: ModuleFolder): string {
  const end = module.readme.indexOf(begin);
  if (end === -1) throw new Error(`${module.path}/README.md: the line "${begin}" is missing`);
  return `${module.readme.slice(0, end)}${begin}\n\n${generated(module).join('\n')}\n`;
}

/** The table of all modules. @throws Error when the mark is missing. */
export function indexReadme(readme: string, modules: readonly ModuleFolder[]): string {
  const [before, table, after] = readme.split(/^(?:<!-- modules -->|<!-- end of modules -->)$/m);
  if (before === undefined || table === undefined || after === undefined) {
    throw new Error('README.md: the table stands between <!-- modules --> and <!-- end of modules -->');
  }
  const rows = modules.map(
    (module) => `| [${module.path}](${module.path}/README.md) | ${module.version} | ${summary(module)} |`,
  );
  const lines = ['', '', '| Module | Version | What it makes |', '| --- | --- | --- |', ...rows, '', ''];
  return `${before}<!-- modules -->${lines.join('\n')}<!-- end of modules -->${after}`;
}

/** The first paragraph below the title. */
function summary({ path, readme }: ModuleFolder): string {
  const [, paragraph] = /^# .+\n\n((?:.+\n)+)/.exec(readme) ?? [];
  if (paragraph === undefined)
    throw new Error(`${path}/README.md: a title and a paragraph have to come first`);
  return paragraph.trim().replaceAll('\n', ' ');
}

function generated(module: ModuleFolder): string[] {
  const needs = module.providers.map(({ source, version }) => `| ${source} | \`${version}\` |`);
  return [
    '## Example',
    '',
    'This is [examples/basic](examples/basic/main.tf).',
    '',
    '```hcl',
    module.example.trim(),
    '```',
    '',
    '## Needs',
    '',
    '| What | Version |',
    '| --- | --- |',
    `| terraform | \`${module.terraform}\` |`,
    ...needs,
    '',
    ...inputs(module.variables),
    '## Outputs',
    '',
    '| Name | What it is |',
    '| --- | --- |',
    ...module.outputs.map(
      ({ name, arguments: given }) => `| \`${name}\` | ${textOf(given, 'description')} |`,
    ),
  ];
}

function inputs(variables: readonly Declaration[]): string[] {
  const long = variables.filter(({ arguments: given }) => !isInline(given.get('type') ?? ''));
  return [
    '## Inputs',
    '',
    '| Name | What it is | Type | Default |',
    '| --- | --- | --- | --- |',
    ...variables.map(
      ({ name, arguments: given }) =>
        `| \`${name}\` | ${textOf(given, 'description')} | ${typeCell(given.get('type') ?? '')} | ${defaultCell(given)} |`,
    ),
    '',
    ...long.flatMap(({ name, arguments: given }) => [
      '```hcl',
      `${name} = ${given.get('type') ?? ''}`,
      '```',
      '',
    ]),
  ];
}

function isInline(type: string): boolean {
  return !type.includes('\n') && type.length <= inlineTypeLengthMax;
}

function typeCell(type: string): string {
  return isInline(type) ? `\`${type}\`` : 'below';
}

function defaultCell(given: ReadonlyMap<string, string>): string {
  const value = given.get('default');
  if (value === undefined) return 'required';
  return value.includes('\n') ? 'see variables.tf' : `\`${value}\``;
}

/** A description is a text in quotes. */
function textOf(given: ReadonlyMap<string, string>, name: string): string {
  const text: unknown = JSON.parse(given.get(name) ?? '""');
  return String(text).replaceAll('|', '\\|');
}
