import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readDeclarations } from '../readme/hcl-declaration.ts';
import { findModules, readModule } from '../readme/module-folder.ts';
import { stalePages } from '../readme/pages.ts';
import { root } from './terraform.ts';
import { typesIn } from './types-in.ts';

test('the READMEs are what the modules say', () => {
  const paths = stalePages(root).map(({ path }) => path);
  assert.deepEqual(paths, [], 'run node blueprints/terraform/readme.ts');
});

test('every module is tested', () => {
  const tests = readdirSync(new URL('.', import.meta.url)).filter((name) => name.endsWith('.test.ts'));
  const texts = tests.map((name) => readFileSync(new URL(name, import.meta.url), 'utf8')).join('\n');
  const tested = [...texts.matchAll(/^testModule\('([^']+)'\);$/gm)].map(([, module]) => module);
  assert.deepEqual(tested.sort(), findModules(root));
});

test('all modules have the context of the naming module', () => {
  const context = (module: string): string | undefined =>
    readModule(root, module)
      .variables.find(({ name }) => name === 'context')
      ?.arguments.get('type');
  for (const module of findModules(root)) assert.equal(context(module), context('naming'), module);
});

test('the types of a module are those of its modules, too', () => {
  const types = typesIn(`${root}neutral/aws`);
  assert.ok(
    types.includes('aws_db_instance') && types.includes('aws_eks_cluster'),
    'modules of modules are missing',
  );
  assert.deepEqual(
    types.filter((type) => !type.startsWith('aws_')),
    [],
  );
});

test('arguments are read as they are written', () => {
  const text = `variable "a" {
  description = "An \\"a\\"."
  type = map(object({
    b = optional(string, "c")
  }))
  default  = {}
  nullable = false

  validation {
    condition     = var.a != 1
    error_message = "no"
  }
}

variable "d" {
  type = string
}
`;
  const [a, d] = readDeclarations(text, 'variable', 'text');
  assert.deepEqual(
    [...(a?.arguments ?? [])],
    [
      ['description', '"An \\"a\\"."'],
      ['type', 'map(object({\n  b = optional(string, "c")\n}))'],
      ['default', '{}'],
      ['nullable', 'false'],
    ],
  );
  assert.deepEqual([...(d?.arguments ?? [])], [['type', 'string']]);
  assert.throws(
    () => readDeclarations('  variable "a" {\n}\n', 'variable', 'x.tf'),
    /x\.tf: 1 blocks begin .* run terraform fmt/,
  );
});
