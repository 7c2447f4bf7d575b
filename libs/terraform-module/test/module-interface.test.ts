import { deepEqual, equal, match, rejects } from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  diffInterfaces,
  type ModuleFiles,
  type ModuleInterface,
  moduleDocs,
  readInterface,
  stepOf,
} from '../src/index.ts';

function filesOf(files: Readonly<Record<string, string>>): ModuleFiles {
  return new Map(
    Object.entries(files).map(([path, text]) => [path, { content: Buffer.from(text), isExecutable: false }]),
  );
}

const interfaceOf = async (text: string): Promise<ModuleInterface> =>
  await readInterface(filesOf({ 'main.tf': text }));

const network = `
terraform {
  required_version = ">= 1.9"
  required_providers {
    azurerm = {
      source                = "hashicorp/azurerm"
      version               = "~> 4.0"
      configuration_aliases = [azurerm.hub]
    }
    random = "~> 3.5"
  }
}

variable "name" {
  type        = string
  description = "The name | of it."
}

variable "subnets" {
  type = map(object({
    prefixes = list(string) # of addresses
    nat      = optional(bool, false)
  }))
  default     = {}
  nullable    = false
  description = <<-EOT
    Subnets by
    their <names>.
  EOT
}

variable "key" {
  sensitive = true
  default   = null
}

resource "azurerm_virtual_network" "this" {
  for_each = var.subnets
  name     = "\${var.name}-\${each.key}"
}

data "azurerm_client_config" "current" {}

module "naming" {
  source  = "Azure/naming/azurerm"
  version = "0.4.2"
}

output "id" {
  value     = azurerm_virtual_network.this
  sensitive = true
}
`;

describe('interfaces', () => {
  test('are read from all files at the root', async () => {
    const files = filesOf({
      'main.tf': network,
      'more.tf': 'output "more" { value = 1 }',
      'modules/x/main.tf': 'variable "not_of_the_root" {}',
      'README.md': 'variable "no" {}',
    });
    deepEqual(await readInterface(files), {
      variables: [
        { name: 'key', type: 'any', default: 'null', sensitive: true },
        { name: 'name', type: 'string', description: 'The name | of it.' },
        {
          name: 'subnets',
          type: 'map(object({ nat = optional(bool, false), prefixes = list(string) }))',
          description: 'Subnets by\ntheir <names>.\n',
          default: '{}',
          nullable: false,
        },
      ],
      outputs: [{ name: 'id', sensitive: true }, { name: 'more' }],
      providers: [
        { name: 'azurerm', source: 'hashicorp/azurerm', version: '~> 4.0' },
        { name: 'random', version: '~> 3.5' },
      ],
      resources: ['azurerm_virtual_network.this', 'data.azurerm_client_config.current'],
      modules: [{ name: 'naming', source: 'Azure/naming/azurerm', version: '0.4.2' }],
      requiredVersion: '>= 1.9',
    });
  });

  for (const [why, files, message] of [
    ['nothing to read', { 'a/main.tf': '' }, /no file with the name \*\.tf or \*\.tofu at the root/],
    [
      'a file that is no HCL',
      { 'main.tf': '', 'examples/x.tf': 'a {' },
      /^ModuleError: examples\/x\.tf:1,\d/,
    ],
    [
      'a type that is none',
      { 'main.tf': 'variable "a" {\n type = strong\n}' },
      /main\.tf: variable\.a: type: expected a type, found strong/,
    ],
    [
      'a variable twice',
      { 'a.tf': 'variable "a" {}', 'b.tf': 'variable "a" {}' },
      /the variable a is there twice/,
    ],
    ['a variable without a name', { 'a.tf': 'variable {}' }, /a\.tf: variable: expected one label/],
    ['files that are not read', { 'a.tf': '', 'b.tf.json': '{}' }, /b\.tf\.json is not read/],
    ['files that override', { 'a.tf': '', 'b_override.tf': '' }, /b_override\.tf is not read/],
    [
      'a module out of it',
      { 'a.tf': 'module "x" {\n source = "../x"\n}' },
      /a\.tf: module\.x: source "\.\.\/x" leads to no module/,
    ],
    ['a module of the machine', { 'a.tf': 'module "x" { source = "/srv/x" }' }, /leads to no module/],
    ['a module that is not there', { 'a.tf': 'module "x" { source = "./x" }' }, /leads to no module/],
    [
      'a module that is told by a variable',
      { 'a.tf': 'module "x" { source = var.x }' },
      /source: expected a text/,
    ],
  ] as const) {
    test(`with ${why} are refused`, async () => {
      await rejects(readInterface(filesOf(files)), message);
    });
  }

  test('may call modules within the archive, from wherever in it', async () => {
    await readInterface(
      filesOf({
        'main.tf': 'module "x" { source = "./modules/x" }',
        'modules/x/main.tf': 'module "y" { source = "../y" }',
        'modules/y/main.tf': '',
        'examples/all/main.tf': 'module "it" { source = "../.." }',
      }),
    );
  });
});

describe('differences', () => {
  const changed = async (from: string, to: string): Promise<string[]> => {
    equal(network.includes(from), true, from);
    const changes = await diffInterfaces(
      await interfaceOf(network),
      await interfaceOf(network.replace(from, to)),
    );
    return changes.map(({ step, what }) => `${step}: ${what}`);
  };

  test('there are none between a module and itself, or in what callers cannot see', async () => {
    deepEqual(await diffInterfaces(await interfaceOf(network), await interfaceOf(network)), []);
    deepEqual(await changed('The name | of it.', 'Another name.'), []);
    deepEqual(await changed('list(string) # of addresses\n    nat ', 'list(string)\n    nat'), []);
    deepEqual(await changed('azurerm_virtual_network" "this', 'azurerm_virtual_network" "that'), []);
    equal(stepOf([]), 'patch');
  });

  for (const [from, to, expected] of [
    [
      'variable "name"',
      'variable "title"',
      ['major: variable "name" was removed', 'major: variable "title" is new and has no default'],
    ],
    [
      'variable "key" {',
      'variable "size" {\n default = 1\n}\nvariable "key" {',
      ['minor: variable "size" is new'],
    ],
    ['  default   = null\n', '', ['major: variable "key" has no default any more']],
    ['= string\n', '= string\n default = "x"\n', ['minor: variable "name" has a default now']],
    ['= string\n', '= number\n', ['major: variable "name" has the type number, and had string']],
    ['= string\n', '= any\n', ['minor: variable "name" has the type any, and had string']],
    ['optional(bool, false)', 'bool', [/^major: variable "subnets" has the type/]],
    ['optional(bool, false)', 'optional(bool, true)', [/^minor: variable "subnets" has the type/]],
    ['prefixes = list(string)', 'prefixes = optional(list(string))', [/^minor/]],
    ['prefixes = list(string)', 'prefixes = list(string)\n tags = optional(map(string))', [/^minor/]],
    ['prefixes = list(string)', 'prefixes = list(string)\n tags = map(string)', [/^major/]],
    [
      'default     = {}',
      'default     = { a = { prefixes = [] } }',
      ['minor: variable "subnets" has another default'],
    ],
    ['nullable    = false', 'nullable = true', ['minor: variable "subnets" takes null now']],
    ['= string\n', '= string\n nullable = false\n', ['major: variable "name" does not take null any more']],
    ['output "id"', 'output "ids"', ['major: output "id" was removed', 'minor: output "ids" is new']],
    [
      '  sensitive = true\n  default   = null\n',
      '  default = null\n',
      [/^minor: variable "key" is not sensitive/],
    ],
    ['"~> 4.0"', '"~> 5.0"', ['major: provider "azurerm" has to be ~> 5.0, and had to be ~> 4.0']],
    ['"~> 4.0"', '"~> 4.7"', ['minor: provider "azurerm" has to be ~> 4.7 now']],
    ['"~> 4.0"', '">= 3.1, < 6"', ['minor: provider "azurerm" has to be >= 3.1, < 6 now']],
    [
      '"hashicorp/azurerm"',
      '"azure/azurerm"',
      ['major: provider "azurerm" comes from azure/azurerm, and came from hashicorp/azurerm'],
    ],
    ['    random = "~> 3.5"\n', '', ['minor: provider "random" is not needed any more']],
    ['">= 1.9"', '">= 1.11"', ['minor: Terraform has to be >= 1.11 now, and had to be >= 1.9']],
    ['">= 1.9"', '">= 2.0"', [/^major: Terraform/]],
  ] as const) {
    test(`${JSON.stringify(from.trim())} became ${JSON.stringify(to.trim())}`, async () => {
      const found = await changed(from, to);
      equal(found.length, expected.length, found.join('; '));
      for (const [i, one] of expected.entries()) {
        if (typeof one === 'string') equal(found[i], one);
        else match(found[i] ?? '', one);
      }
    });
  }

  test('an output that becomes sensitive breaks who passes it on', async () => {
    const plain = await interfaceOf('output "a" { value = 1 }');
    const sensitive = await interfaceOf('output "a" {\n value = 1\n sensitive = true\n}');
    deepEqual(await diffInterfaces(plain, sensitive), [
      { step: 'major', what: 'output "a" is sensitive now' },
    ]);
    equal(stepOf(await diffInterfaces(sensitive, plain)), 'minor');
  });
});

test('documentation says how a module is called, and no markup of the module comes through', async () => {
  const page = moduleDocs({
    source: 'registry.example/infra/network/azurerm',
    version: '1.2.3',
    deprecated: 'use <b>hub</b>',
    interface: await interfaceOf(network),
  });
  match(
    page,
    /^# registry\.example\/infra\/network\/azurerm 1\.2\.3\n\n> \*\*Deprecated\*\*: use &lt;b>hub&lt;\/b>\n/,
  );
  match(
    page,
    /```hcl\nmodule "network" {\n {2}source {2}= "registry\.example.*\n {2}version = "1\.2\.3"\n {2}name {4}= \.\.\. # string\n}\n```/,
  );
  match(page, /\| `name` \| `string` \| The name \\\| of it\. \|/);
  match(page, /\| `subnets` \| `map\(object\({ nat.*\| `{}` \| Subnets by their &lt;names>\. \|/);
  match(page, /\| `id` \| \(sensitive\) \|/);
  match(page, /\| azurerm \| hashicorp\/azurerm \| ~> 4\.0 \|/);
});

describe('files for OpenTofu', () => {
  const variable = (name: string): string => `variable "${name}" {\n  type = string\n}\n`;

  test('stand in the place of those for Terraform, and may be all that there is', async () => {
    const both = {
      'main.tf': `${variable('a')}locals {\n x = 1\n}\n`,
      'main.tofu': `${variable('a')}locals {\n x = 2\n}\n`,
    };
    deepEqual((await readInterface(filesOf(both))).variables, [{ name: 'a', type: 'string' }]);
    const alone = {
      'main.tofu': variable('b'),
      'modules/x/main.tofu': '',
      'x.tofu': 'module "x" {\n  source = "./modules/x"\n}\n',
    };
    deepEqual((await readInterface(filesOf(alone))).variables, [{ name: 'b', type: 'string' }]);
  });

  test('have to declare what those for Terraform declare', async () => {
    await rejects(
      readInterface(filesOf({ 'main.tf': variable('a'), 'main.tofu': variable('b') })),
      /OpenTofu, which reads \*\.tofu, sees another module than Terraform: variable "a" was removed; give both/,
    );
    await rejects(
      readInterface(filesOf({ 'main.tf': variable('a'), 'more.tofu': variable('b') })),
      /variable "b" is new/,
    );
    await rejects(
      readInterface(filesOf({ 'main.tf': '', 'a.tofu.json': '{}' })),
      /a\.tofu\.json is not read/,
    );
  });
});
