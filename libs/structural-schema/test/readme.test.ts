import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { compileFunction } from 'node:vm';
import * as library from '../src/index.ts';

/** Runs the first code block of the README; every line that ends in a comment must give what the comment says. */
test('the example of the README gives what it says', () => {
  const readme = readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8');
  const [, block = ''] = /```ts\n([\s\S]*?)```/.exec(readme) ?? [];
  const body = block
    .replace(/^import .*$/m, 'const { checkStructural, compileSchema, formatFieldError } = library;')
    .replace(/^(.*);\n?(?: )?(?:\/\/|\n\/\/) (\[.*\])$/gm, 'assert.deepEqual($1, $2);');
  assert.equal(body.match(/assert\.deepEqual/g)?.length, 3);
  const run = compileFunction(`${body}\nreturn value;`, ['library', 'assert']);
  assert.deepEqual(Reflect.apply(run, undefined, [library, assert]), {
    apiVersion: 'example.com/v1',
    kind: 'Thing',
    metadata: { name: 'a' },
    spec: { replicas: 1 },
  });
});
