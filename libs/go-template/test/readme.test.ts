import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { greeting } from './readme-example.ts';

test('the example of the README runs and gives what the README says', () => {
  const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
  const example = readFileSync(join(import.meta.dirname, 'readme-example.ts'), 'utf8');
  assert.ok(readme.includes(example), 'README.md must quote test/readme-example.ts');
  assert.equal(greeting, 'Hello WORLD');
});
