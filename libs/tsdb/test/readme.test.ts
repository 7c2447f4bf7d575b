import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { TemporaryDirectory } from './database-fixture.ts';
import { example } from './readme-example.ts';

test('the example of the README runs and gives what the README says', async () => {
  const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
  const source = readFileSync(join(import.meta.dirname, 'readme-example.ts'), 'utf8');
  assert.ok(readme.includes(source), 'README.md must quote test/readme-example.ts');
  using directory = new TemporaryDirectory();
  const { samples, refused, values } = await example(directory.path);
  assert.deepEqual([samples, refused, [...values]], [2, ['out of order sample'], [1, 0]]);
});
