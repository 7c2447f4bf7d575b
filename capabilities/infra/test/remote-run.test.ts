import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { Run } from '@plinth/kernel';
import { LateEnds } from '../src/cloud/late-ends.ts';
import { remoteView } from '../src/cloud/remote-run.ts';
import type { ConfigurationVersion } from '../src/stack/configuration-version-kind.ts';

type Status = NonNullable<Run['status']>;

/** A run with its steps, of which the last one stands as is told and the others are done. */
function runAt(
  steps: string,
  {
    state = 'Running',
    until = 'confirm',
    ...status
  }: Partial<Status> & { state?: string; until?: string } = {},
): Run {
  const names = steps.split(' ').filter((name) => name !== '');
  return {
    apiVersion: 'plinth.dev/v1alpha1',
    kind: 'Run',
    metadata: { name: 'web-0123456789', uid: 'u', resourceVersion: '1', creationTimestamp: '' },
    spec: { definition: 'infra.stack', input: { mode: 'apply', remote: { until } } },
    status: {
      phase: 'Running',
      steps: names.map((name, i) => ({
        name,
        type: 'step',
        state: i === names.length - 1 ? state : 'Done',
      })),
      ...status,
    },
  };
}

function configurationWith(
  status: Partial<NonNullable<ConfigurationVersion['status']>>,
): ConfigurationVersion {
  return {
    apiVersion: 'plinth.dev/v1alpha1',
    kind: 'ConfigurationVersion',
    metadata: { name: 'web-0123456789', uid: 'c', resourceVersion: '1', creationTimestamp: '' },
    spec: { stack: 'web', speculative: false, revision: 'r', sha256: 's', sizeBytes: 1, files: 1 },
    status,
  };
}

const planned = 'turn bind look source init plan tell leave';
const asked = (step: 'approve' | 'confirm'): Partial<Status> & { state: string } => ({
  state: 'Waiting',
  phase: 'Waiting',
  waitingFor: [{ step, for: 'Approval', message: '' }],
});
const by = { by: 'ann', at: '' };

test('a run is told as clients of the API know it', () => {
  const cases: readonly (readonly [
    run: Run,
    told: readonly [string, string, string],
    confirmed?: boolean,
  ])[] = [
    [runAt('', { phase: 'Pending' }), ['pending', 'pending', 'pending']],
    [runAt('turn', { state: 'Waiting' }), ['pending', 'pending', 'pending']],
    [runAt('turn bind look source init plan'), ['planning', 'running', 'pending']],
    // Whom it waits for is not known yet, so nobody is told that there is a plan.
    [runAt(planned, { state: 'Done' }), ['planning', 'running', 'pending']],
    [runAt(`${planned} confirm`, asked('confirm')), ['planned', 'finished', 'pending']],
    [runAt(`${planned} approve`, asked('approve')), ['planned', 'finished', 'pending']],
    [runAt(`${planned} approve`, { state: 'Done' }), ['confirmed', 'finished', 'pending']],
    [runAt(`${planned} approve apply`), ['applying', 'finished', 'running']],
    [
      runAt(`${planned} approve apply`, { phase: 'Succeeded', output: { outcome: 'applied' } }),
      ['applied', 'finished', 'finished'],
    ],
    [
      runAt(`${planned} facts`, { state: 'Done', phase: 'Succeeded', output: { outcome: 'planned' } }),
      ['planned_and_finished', 'finished', 'unreachable'],
    ],
    [
      runAt('turn bind look source init plan', {
        state: 'Failed',
        phase: 'Failed',
        error: failure('PlanFailed'),
      }),
      ['errored', 'errored', 'errored'],
    ],
    [
      runAt(planned, { state: 'Done', phase: 'Failed', error: failure('PolicyDenied') }),
      ['errored', 'finished', 'errored'],
    ],
    [runAt('turn', { state: 'Failed', phase: 'Canceled' }), ['canceled', 'canceled', 'canceled']],
  ];
  for (const [run, told] of cases) {
    const { status, plan, apply } = remoteView(run, configurationWith({}));
    deepEqual([status, plan, apply], told, JSON.stringify(run.status));
  }
});

test('a no is a discard for who is asked, and a failure for who waits for the apply', () => {
  const rejected = { state: 'Failed', phase: 'Failed', error: failure('ApprovalRejected') } as const;
  const statusOf = (run: Run, told = {}): string => remoteView(run, configurationWith(told)).status;
  equal(statusOf(runAt(`${planned} approve`, rejected)), 'discarded');
  equal(statusOf(runAt(`${planned} approve`, rejected), { confirmed: by }), 'errored');
  equal(statusOf(runAt(`${planned} approve`, { ...rejected, until: 'apply' })), 'errored');
  const canceled = { state: 'Failed', phase: 'Canceled' } as const;
  equal(statusOf(runAt(`${planned} confirm`, canceled), { discarded: by }), 'discarded');
});

test('somebody is asked once', () => {
  const run = runAt(`${planned} approve`, asked('approve'));
  equal(remoteView(run, configurationWith({})).isConfirmable, true);
  equal(remoteView(run, configurationWith({ confirmed: by })).isConfirmable, false);
});

test('ends are told when who follows a log has had the time to read it', () => {
  const time = { nowMs: 0 };
  const ends = new LateEnds({ monotonic: () => time.nowMs });
  equal(ends.ofLog('r', 'plan'), false);
  time.nowMs = 599;
  equal(ends.ofLog('r', 'plan'), false);
  time.nowMs = 600;
  equal(ends.ofLog('r', 'plan'), true);
  // The end of a run comes behind that of its apply, however soon that is read.
  equal(ends.ofRun('r'), false);
  equal(ends.ofLog('r', 'apply'), false);
  time.nowMs = 1_199;
  equal(ends.ofRun('r'), false);
  time.nowMs = 1_200;
  equal(ends.ofLog('r', 'apply'), true);
  equal(ends.ofRun('r'), true);
  // Nobody asks for that log.
  equal(ends.ofRun('other'), false);
  time.nowMs = 6_200;
  equal(ends.ofRun('other'), true);
});

function failure(code: string): { code: string; message: string } {
  return { code, message: code };
}
