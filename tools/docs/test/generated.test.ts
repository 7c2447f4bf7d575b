import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { generatePages } from '../src/pages.ts';
import { stalePages } from '../src/place.ts';

const root = join(import.meta.dirname, '../../..');

test('the generated pages are as the program says', async () => {
  const pages = await generatePages(root);
  const stale = stalePages(root, pages).map(({ path, why }) => `${path}: ${why}`);
  assert.deepEqual(stale, [], 'run `npm run docs` and commit what it changes');
});

test('a page that differs, is absent or is left over is found', () => {
  const pages = new Map([
    ['docs/reference/api/workspaces.md', 'other'],
    ['docs/reference/none.md', 'new'],
  ]);
  const stale = new Map(stalePages(root, pages).map(({ path, why }) => [path, why]));
  assert.match(stale.get('docs/reference/api/workspaces.md') ?? '', /^differs in line 1/);
  assert.equal(stale.get('docs/reference/none.md'), 'absent');
  assert.equal(stale.get('docs/reference/api/secrets.md'), 'nothing generates it any more');
});
