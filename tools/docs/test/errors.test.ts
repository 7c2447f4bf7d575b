import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type CodeTable, codesInPage, codesInSources } from '../src/error-codes.ts';

const root = join(import.meta.dirname, '../../..');

/** The codes as one ordered list of `section: code`. */
function listed(table: CodeTable): string[] {
  return [...table].flatMap(([section, codes]) => [...codes].map((code) => `${section}: ${code}`)).sort();
}

test('docs/errors.md explains the codes that the program has, all of them and no others', () => {
  const page = codesInPage(readFileSync(join(root, 'docs/errors.md'), 'utf8'));
  assert.deepEqual(listed(page), listed(codesInSources(root)));
});

test('the codes of the sources are found', () => {
  const found = codesInSources(root);
  assert.ok(found.get('API')?.has('410 Expired'));
  assert.ok(found.get('Store')?.has('read-only'));
  assert.ok(found.get('Causes')?.has('FieldManagerConflict'));
});

test('the codes of a page are found by section', () => {
  const page =
    '# Errors\n\n## Store\n\n| Code | |\n| --- | --- |\n| `locked` | x |\n\n## Keys\n\n| `key.a` | y |\n';
  assert.deepEqual(listed(codesInPage(page)), ['Keys: key.a', 'Store: locked']);
});
