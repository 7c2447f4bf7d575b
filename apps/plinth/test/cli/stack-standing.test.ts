import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { shownRun } from '../../src/stack/shown-run.ts';
import { shownStack } from '../../src/stack/shown-stack.ts';
import { askedText, standingOf } from '../../src/stack/standing.ts';
import { instantText, spanText } from '../../src/stack/times.ts';

const command = (words: string): string => `plinth ${words} -n prod`;

function stack(
  reason: string,
  { spec = {}, status = {}, metadata = {} } = {},
): ReturnType<typeof shownStack> {
  const conditions = [
    { type: 'Ready', status: reason === 'Applied' ? 'True' : 'False', reason, message: 'why' },
  ];
  return shownStack({
    metadata: { name: 'net', namespace: 'prod', ...metadata },
    spec,
    status: { run: 'net-1', conditions, ...status },
  });
}

const run = (status: object, input: object = {}) =>
  shownRun({
    metadata: { name: 'net-1' },
    spec: { input: { mode: 'apply', ...input }, requestedBy: { username: 'anna' } },
    status,
  });
const waiting = run({
  phase: 'Waiting',
  waitingFor: [{ for: 'Approval', digest: 'sha256:0123456789abcdef', count: 2, have: 1 }],
});

test('a plan that waits is approved by its digest, unless another one is the newest', () => {
  const plan = { run: 'net-1', digest: 'fedcba9876543210' };
  deepEqual(standingOf(stack('WaitingForApproval', { status: { plan } }), waiting, command), {
    state: 'waits',
    text: 'Waits for approval of anybody but anna (1 of 2)',
    next: { command: 'plinth stack approve net --digest fedcba987654 -n prod', note: 'by somebody else' },
  });
  const older = standingOf(
    stack('WaitingForApproval', { status: { plan: { ...plan, run: 'net-0' } } }),
    waiting,
    command,
  );
  equal(older.next?.command, 'plinth stack approve net --digest 0123456789ab -n prod');
});

test('a plan that waits only because it was asked for is applied by planning again', () => {
  const asked = run({ phase: 'Waiting', waitingFor: [{ digest: 'd' }] }, { ask: true });
  const next = (when: string, destructive: string[]) =>
    standingOf(
      stack('WaitingForApproval', {
        spec: { approval: { when } },
        status: { plan: { run: 'net-1', digest: 'd', destructive } },
      }),
      asked,
      command,
    ).next?.command;
  equal(next('Never', ['a.b']), 'plinth stack apply net -n prod');
  equal(next('Destructive', []), 'plinth stack apply net -n prod');
  equal(next('Destructive', ['a.b']), 'plinth stack approve net --digest d -n prod');
  equal(next('Always', []), 'plinth stack approve net --digest d -n prod');
});

test('what goes on is followed, what is steady needs nothing, what stands still says why and what to do', () => {
  const done = run({ phase: 'Succeeded' });
  const at = (reason: string, more = {}) => {
    const { state, next } = standingOf(stack(reason, more), done, command);
    return [state, next?.command];
  };
  const applying = run({ phase: 'Running', steps: [{ name: 'apply', state: 'Running' }] });
  deepEqual(standingOf(stack('Applying'), applying, command), {
    state: 'goes on',
    text: 'Run net-1 is at apply',
    next: { command: 'plinth run logs net-1 -f -n prod', note: '' },
  });
  deepEqual(at('Applied'), ['steady', undefined]);
  deepEqual(at('ApprovalRejected'), ['stands still', 'plinth stack plan net --new -n prod']);
  deepEqual(at('ApplyFailed'), ['stands still', 'plinth run logs net-1 -n prod']);
  deepEqual(at('ApplyFailed', { status: { run: '' } }), ['stands still', undefined]);
  deepEqual(at('WaitingForStack'), ['stands still', 'plinth stack list -n prod']);
  deepEqual(at('SourceNotFound'), ['stands still', undefined]);
  deepEqual(at('Applied', { metadata: { deletionTimestamp: 'x' } }), ['stands still', undefined]);
  const suspended = at('Suspended', { spec: { suspend: true } });
  deepEqual(suspended, [
    'stands still',
    `kubectl patch stack net -n prod --type=merge -p '{"spec":{"suspend":false}}'`,
  ]);
});

test('who is asked is named', () => {
  const asked = { digest: '', groups: ['leads', 'ops'], count: 2, have: 1, until: '' };
  equal(askedText(asked, 'anna'), 'group leads or ops, except anna who asked for it (1 of 2)');
  equal(askedText({ ...asked, groups: [] }, ''), 'anybody but the author (1 of 2)');
});

test('times are relative, with the exact instant', () => {
  const nowMs = Date.parse('2026-03-01T12:00:00Z');
  equal(instantText('2026-03-01T11:57:00.250Z', nowMs), '2026-03-01T11:57:00Z (2 min ago)');
  equal(instantText('2026-03-04T12:00:00Z', nowMs), '2026-03-04T12:00:00Z (in 3 d)');
  equal(instantText('', nowMs), '');
  deepEqual([0, 999, 59_999, 3_600_000].map(spanText), ['0 s', '0 s', '59 s', '1 h']);
});
