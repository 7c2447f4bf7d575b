import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { anchorsOf, followLinks } from '../src/links.ts';

const root = join(import.meta.dirname, '../../..');

test('every relative link in the documents leads somewhere', () => {
  const { broken, followed } = followLinks(root);
  const named = broken.map(({ page, line, target, why }) => `${page}:${line}: ${target}: ${why}`);
  assert.deepEqual(named, []);
  assert.ok(followed > 100, `only ${followed} links were followed`);
});

test('anchors are made as on the page', () => {
  const text =
    '# A `code` & more\n\n```sh\n# not a heading\n```\n\n## Twice\n\n## Twice\n\n## [Link](x.md) here\n';
  assert.deepEqual([...anchorsOf(text)], ['a-code--more', 'twice', 'twice-1', 'link-here']);
});
