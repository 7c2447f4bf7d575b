import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { compileFunction } from 'node:vm';
import * as library from '../src/index.ts';

/** Runs the first code block of the README; its last line must give what its comment says. */
test('the example of the README gives what it says', () => {
  const readme = readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8');
  const [, block = ''] = /```ts\n([\s\S]*?)```/.exec(readme) ?? [];
  const body = block
    .replace(/^import (\{.*\}) from .*$/m, 'const $1 = library;')
    .replace(/^(program\.evaluate.*); \/\/ true$/m, 'assert.equal($1, true);');
  assert.match(body, /assert\.equal/);
  const run = compileFunction(`${body}\nreturn budget.used;`, ['library', 'assert']);
  const used: unknown = Reflect.apply(run, undefined, [library, assert]);
  assert.ok(typeof used === 'number' && used > 0, 'an evaluation has a cost');
});
