import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusals, served, submit, table } from './submit.ts';

const involvedObject = { kind: 'Workspace', name: 'main', namespace: 'team', fieldPath: 'spec.path' };

test('an event shows the columns of kubectl, with nulls of Go clients dropped', () => {
  const event = served('Event');
  const { object } = submit(event, {
    involvedObject,
    reason: 'Applied',
    message: ' 3 objects \n',
    type: 'Normal',
    firstTimestamp: '2026-05-01T11:50:00Z',
    lastTimestamp: '2026-05-01T11:59:00Z',
    eventTime: null,
    count: 4,
    source: { component: 'workspace', host: 'node-1' },
    reportingComponent: '',
    reportingInstance: '',
  });
  assert.deepEqual(table(event, object), {
    heads: [
      'Last Seen',
      'Type',
      'Reason',
      'Object',
      'Subobject*',
      'Source*',
      'Message',
      'First Seen*',
      'Count*',
      'Name*',
    ],
    cells: [
      '60s',
      'Normal',
      'Applied',
      'workspace/main',
      'spec.path',
      'workspace, node-1',
      '3 objects',
      '10m',
      4,
      'subject',
    ],
  });
});

test('an event of a series, and one without any time', () => {
  const event = served('Event');
  const modern = {
    involvedObject,
    reason: 'Applied',
    action: 'Apply',
    eventTime: '2026-05-01T11:00:00.000000Z',
    reportingComponent: 'plinth.dev/workspace',
    reportingInstance: 'p-1',
  };
  const series = submit(event, {
    ...modern,
    series: { count: 9, lastObservedTime: '2026-05-01T11:58:00.000000Z' },
  });
  const { cells } = table(event, series.object);
  assert.deepEqual([cells[0], cells[5], cells[7], cells[8]], ['2m', 'plinth.dev/workspace, p-1', '60m', 9]);
  assert.deepEqual(table(event, submit(event, modern).object).cells[8], 1);
  assert.equal(table(event, submit(event, { involvedObject }).object).cells[0], '<unknown>');
});

test('an event lives in the namespace of its object and says enough', () => {
  const event = served('Event');
  const elsewhere = 'involvedObject.namespace: Invalid value: "": does not match event.namespace';
  assert.deepEqual(refusals(event, { involvedObject: { kind: 'Namespace', name: 'x' } }), [elsewhere]);
  assert.deepEqual(refusals(event, { involvedObject: { kind: 'Namespace' } }, { namespace: 'default' }), []);
  assert.deepEqual(refusals(event, { involvedObject: { namespace: 'other' } }).length, 1);
  assert.match(refusals(event, {})[0] ?? '', /^involvedObject: Required value/);
  const long = {
    involvedObject,
    eventTime: '2026-05-01T11:00:00.000000Z',
    message: 'x'.repeat(1025),
    reason: 'r'.repeat(129),
  };
  assert.deepEqual(
    refusals(event, long).map((line) => line.split(':', 2).join(':')),
    [
      'reportingComponent: Required value',
      'reportingInstance: Required value',
      'action: Required value',
      'reason: Invalid value',
      'message: Invalid value',
    ],
  );
});
