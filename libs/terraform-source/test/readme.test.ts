import { deepEqual, match } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { compileFunction } from 'node:vm';
import { compileChecks } from '@plinth/plan-policy';
import { judgeSource } from '../src/index.ts';

/** Runs the first code block of the README; its last line must give what its comment says. */
test('the example of the README gives what it says', async () => {
  const readme = readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8');
  const [, block = ''] = /```ts\n([\s\S]*?)```/.exec(readme) ?? [];
  const body = block
    .replaceAll(/^import (\{.*\}) from .*$/gm, 'const $1 = library;')
    .replace(/^(findings\.map.*); \/\/ (\[.*\])$/m, 'deepEqual($1, $2);');
  match(body, /deepEqual/);
  const run = compileFunction(`return (async () => {${body}})();`, ['library', 'deepEqual']);
  const ended: unknown = Reflect.apply(run, undefined, [{ compileChecks, judgeSource }, deepEqual]);
  await ended;
});
