import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { spanText } from '../web/api/relative-time.ts';
import { stepsOf } from '../web/explorer/field-path.ts';
import { flattened } from '../web/explorer/flatten.ts';
import { intentOf } from '../web/explorer/intent.ts';
import { diffLines, folded } from '../web/explorer/line-diff.ts';
import { applyEvents, filtered, rowsOf } from '../web/explorer/rows.ts';
import { reasonsOf, stateOf } from '../web/explorer/summary.ts';
import { logLine } from '../web/pages/log-line.ts';
import { planWaitsFor, runWaitsFor } from '../web/pages/waiting.ts';
import { found } from '../web/shell/ranking.ts';

test('a difference of lines leads from one text to the other, and is the shortest', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 }).map((lines) => lines.join('\n'));
  fc.assert(
    fc.property(text, text, (before, after) => {
      const lines = diffLines(before, after);
      const without = (sign: string): string =>
        lines
          .filter((line) => line.sign !== sign)
          .map((line) => line.text)
          .join('\n');
      equal(without('+'), before);
      equal(without('-'), after);
      const kept = lines.filter(({ sign }) => sign === ' ').length;
      equal(kept, commonLength(before.split('\n'), after.split('\n')));
    }),
  );
});

/** Length of the longest common subsequence, by the definition. */
function commonLength(a: readonly string[], b: readonly string[]): number {
  const [head, ...rest] = a;
  if (head === undefined) return 0;
  const at = b.indexOf(head);
  const skipped = commonLength(rest, b);
  return at < 0 ? skipped : Math.max(skipped, 1 + commonLength(rest, b.slice(at + 1)));
}

test('what does not change is folded away', () => {
  const before = Array.from({ length: 20 }, (_, i) => `line ${i}`).join('\n');
  const shown = folded(diffLines(before, before.replace('line 10', 'line ten')), 1);
  deepEqual(
    shown.map((line) => (line ? line.sign + line.text : '…')),
    ['…', ' line 9', '-line 10', '+line ten', ' line 11', '…'],
  );
});

test('an edit says what changed, and what the same manager has applied before', () => {
  const before = { spec: { replicas: 1, image: 'a', ports: [{ port: 80 }] }, data: { x: '1' } };
  const after = { spec: { replicas: 2, image: 'a', ports: [{ port: 80 }] }, data: { x: '1' } };
  deepEqual(intentOf(before, after, undefined), { spec: { replicas: 2 } });
  deepEqual(intentOf(before, after, { 'f:data': { 'f:x': {} } }), {
    spec: { replicas: 2 },
    data: { x: '1' },
  });
  const items = { 'f:spec': { 'f:ports': { 'k:{"port":80}': { '.': {}, 'f:port': {} } } } };
  deepEqual(intentOf(before, before, items), { spec: { ports: [{ port: 80 }] } });
  equal(intentOf(before, before, undefined), undefined);
});

test('fields of the server are found in the manifest', () => {
  deepEqual(stepsOf('spec.ports[0].port'), ['spec', 'ports', 0, 'port']);
  deepEqual(stepsOf('metadata.labels[app.io/name]'), ['metadata', 'labels', 'app.io/name']);
});

test('fields are shown by their dotted paths', () => {
  deepEqual(flattened({ a: { b: 1, c: ['x', 'y'] }, d: [{ e: 1 }] }), [
    ['a.b', 1],
    ['a.c', 'x, y'],
    ['d', [{ e: 1 }]],
  ]);
});

test('rows follow the events of a watch, and are filtered by cells and labels', () => {
  const row = (name: string, cell: string, labels = {}): object => ({
    cells: [name, cell],
    object: { metadata: { name, namespace: 'shop', labels } },
  });
  const listed = rowsOf({ rows: [row('b', 'red'), row('c', 'blue', { app: 'till' })] });
  const rows = applyEvents(listed, [
    { type: 'ADDED', object: { rows: [row('a', 'green')] } },
    { type: 'MODIFIED', object: { rows: [row('b', 'pink')] } },
    { type: 'DELETED', object: { rows: [row('c', 'blue')] } },
  ]);
  deepEqual(
    rows.map(({ cells }) => cells),
    [
      ['a', 'green'],
      ['b', 'pink'],
    ],
  );
  deepEqual(
    filtered(listed, 'SHOP app=till').map(({ name }) => name),
    ['c'],
  );
  deepEqual(filtered(listed, 'red blue'), []);
});

test('an object says in a word whether it is fine, and why not', () => {
  const ready = (status: string): object => ({
    status: { conditions: [{ type: 'Ready', status, reason: 'NoDisk', message: 'the disk is full' }] },
  });
  deepEqual(stateOf(ready('True')), { word: 'Ready', tone: 'good' });
  deepEqual(stateOf(ready('False')), { word: 'NoDisk', tone: 'bad' });
  deepEqual(reasonsOf(ready('False')), ['the disk is full']);
  equal(stateOf({ data: {} }), undefined);
});

test('a plan waits for those who are asked and have not decided, never for its author', () => {
  const plan = (by: string[]): object => ({
    spec: { author: { username: 'dana' } },
    status: { phase: 'Pending', demands: [{ groups: ['leads'], count: 2, have: by.length, by }] },
  });
  equal(planWaitsFor(plan([]), { name: 'lee', groups: ['leads'] }), true);
  equal(planWaitsFor(plan(['lee']), { name: 'lee', groups: ['leads'] }), false);
  equal(planWaitsFor(plan([]), { name: 'kim', groups: ['others'] }), false);
  equal(planWaitsFor(plan([]), { name: 'dana', groups: ['leads'] }), false);
  const run = { spec: { requestedBy: { username: 'dana' } }, status: { waitingFor: [{ for: 'Approval' }] } };
  equal(runWaitsFor(run, { name: 'lee', groups: [] }), true);
  equal(runWaitsFor(run, { name: 'dana', groups: [] }), false);
});

test('a log is text without what colours terminals', () => {
  deepEqual(logLine({ kind: 'output', stream: 'stdout', text: '\u001b[31mred\u001b[0m\n' }), {
    kind: 'stdout',
    text: 'red',
  });
  equal(logLine({ kind: 'end', exitCode: 0 }), undefined);
  deepEqual(logLine({ kind: 'end', exitCode: 2 }), { kind: 'bad', text: 'ended with exit code 2' });
});

test('the best name is found first', () => {
  const hit = (title: string): { title: string; detail: string; place: string } => ({
    title,
    detail: 'Kind',
    place: title,
  });
  const names = found([hit('my-plan'), hit('plans'), hit('plan')], 'plan').map(({ title }) => title);
  deepEqual(names, ['plan', 'plans', 'my-plan']);
  deepEqual(found([hit('plan')], 'other'), []);
});

test('spans have their largest unit', () => {
  deepEqual([0, 5_000, 90_000, 3_600_000, 100 * 86_400_000].map(spanText), [
    '0s',
    '5s',
    '1m30s',
    '1h',
    '100d',
  ]);
});
