import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseWrittenCounts, senderStep, writeResponse } from '../src/index.ts';

const counts = { samples: 3, histograms: 2, exemplars: 1 };

test('2.0 answers say what was written, also when a part was refused', () => {
  const all = writeResponse('2.0', counts, []);
  assert.deepEqual([all.status, all.body], [204, '']);
  const part = writeResponse('2.0', counts, ['series a', 'series b']);
  assert.deepEqual([part.status, part.body], [400, 'series a\nseries b\n']);
  for (const { headers } of [all, part]) {
    assert.deepEqual(headers, {
      'x-prometheus-remote-write-samples-written': '3',
      'x-prometheus-remote-write-histograms-written': '2',
      'x-prometheus-remote-write-exemplars-written': '1',
    });
    assert.deepEqual(
      parseWrittenCounts((name) => new Headers(headers).get(name)),
      counts,
    );
  }
  assert.deepEqual(writeResponse('1.0', counts, []).headers, {});
});

test('the list of reasons is bounded', () => {
  const { body } = writeResponse(
    '2.0',
    counts,
    Array.from({ length: 1000 }, (_, i) => `reason ${i}`),
  );
  assert.equal(body.split('\n').at(-2), 'and 980 more');
});

test('compliance sender, TestResponseProcessing: missing counts are zero, no header at all says nothing', () => {
  assert.equal(
    parseWrittenCounts(() => null),
    undefined,
  );
  const some = (name: string): string =>
    name.includes('samples') ? '7' : name.includes('histograms') ? 'x' : '';
  assert.deepEqual(parseWrittenCounts(some), { samples: 7, histograms: 0, exemplars: 0 });
});

test('compliance sender, TestRetryBehavior and TestFallbackBehavior', () => {
  for (const status of [200, 204]) assert.equal(senderStep('2.0', status), 'done');
  for (const status of [429, 500, 502, 503, 504]) assert.equal(senderStep('2.0', status), 'retry');
  for (const status of [400, 401, 404, 413, 301]) assert.equal(senderStep('2.0', status), 'drop');
  assert.equal(senderStep('2.0', 415), 'fall_back');
  assert.equal(senderStep('1.0', 415), 'drop');
});
