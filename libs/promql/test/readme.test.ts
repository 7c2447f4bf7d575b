import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { compileFunction } from 'node:vm';
import { Labels } from '@plinth/prometheus-model';
import * as library from '../src/index.ts';
import { MemoryStorage } from './promqltest/memory-storage.ts';

/** Runs the first code block of the README over a counter that grows by one each second. */
test('the example of the README gives the matrix that it promises', async () => {
  const readme = readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8');
  const [, block = ''] = /```ts\n([\s\S]*?)```/.exec(readme) ?? [];
  const body = block.replace(/^import (\{.*\}) from .*$/m, 'const $1 = library;');
  const run = compileFunction(`return (async () => {\n${body}\nreturn value;\n})();`, ['library', 'source']);
  const source = new MemoryStorage();
  const startMs = Date.UTC(2026, 0, 1);
  const labels = Labels.of({ __name__: 'requests_total', job: 'api' });
  for (let seconds = 0; seconds < 6 * 3600; seconds += 15) {
    source.append(labels, { timeMs: startMs + seconds * 1000, startMs: 0, value: seconds });
  }
  const value = (await Reflect.apply(run, undefined, [library, source])) as library.ResultValue;
  assert.ok(value.type === 'matrix');
  const [series] = value.series;
  assert.equal(series?.labels.toString(), '{job="api"}');
  assert.equal(series?.values.length, 360);
  assert.ok(Math.abs((series?.values[100] ?? 0) - 1) < 1e-9);
  assert.equal(series?.histograms.length, 0);
});
