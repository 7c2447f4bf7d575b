import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { skipReason, TerraformSession } from './terraform-session.ts';

const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');

for (const program of ['readme-own.ts', 'readme-stub.ts']) {
  test(`README.md quotes ${program}`, () => {
    const quoted = readFileSync(join(import.meta.dirname, 'programs', program), 'utf8');
    assert.ok(
      readme.includes(`\`\`\`ts\n${quoted}\`\`\`\n`),
      `README.md must quote test/programs/${program}`,
    );
  });
}

test('the provider of the README works', { skip: skipReason }, async (t) => {
  const terraform = new TerraformSession(t, import.meta.resolve('./programs/readme-own.ts'), 'notes');
  terraform.configure('resource "notes_note" "a" {\n  text = ""\n}\n');
  assert.match((await terraform.run('validate')).text, /Error: A note needs a text[^]*line 7/);
  terraform.configure('resource "notes_note" "a" {\n  text = "hello"\n}\n');
  assert.match(
    (await terraform.run('apply', '-auto-approve')).text,
    /Creation complete after 0s \[id=note-5\]/,
  );
});

test('the stub of the README works', { skip: skipReason }, async (t) => {
  const terraform = new TerraformSession(t, import.meta.resolve('./programs/readme-stub.ts'), 'azurerm');
  const text = { type: 'string', required: true };
  const attributes = { id: { type: 'string', computed: true }, name: text, location: text };
  const schema = { resource_schemas: { azurerm_virtual_network: { version: 0, block: { attributes } } } };
  terraform.write('schema.json', JSON.stringify(schema));
  terraform.configure(
    'resource "azurerm_virtual_network" "a" {\n  name     = "hub"\n  location = "west"\n}\n',
  );
  assert.match((await terraform.run('apply', '-auto-approve')).text, /\[id=\/virtualNetworks\/hub\]/);
});
