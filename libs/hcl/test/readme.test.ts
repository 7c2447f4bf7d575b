import { deepEqual } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { compileFunction } from 'node:vm';
import * as library from '../src/index.ts';

/** Runs the code block of the README; its last line has to print what its comment says. */
test('the example of the README prints what it says', async () => {
  const readme = readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8');
  const [, block = ''] = /```ts\n([\s\S]*?)```/.exec(readme) ?? [];
  const body = block
    .replace(/^import (\{.*\}) from .*$/m, 'const $1 = library;')
    .replace(/^console\.log\((.*)\); \/\/ .*$/m, 'return [$1];');
  const run = compileFunction(`return (async () => {${body}})();`, ['library']);
  const printed: unknown = await Reflect.apply(run, undefined, [library]);
  deepEqual(JSON.parse(JSON.stringify(printed)), [['size'], { default: 1, type: '${number}' }]);
});
