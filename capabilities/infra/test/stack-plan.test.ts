import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import type { Run } from '@plinth/kernel';
import type { Stack, StackStatus } from '../src/stack/stack-fields.ts';
import { type ObservedStack, planStack, requestsTaken } from '../src/stack/stack-plan.ts';

const nowMs = Date.parse('2026-03-01T12:00:00Z');
const fingerprints = { apply: 'wanted', destroy: 'gone' };

function stackWith(
  status: StackStatus,
  more: Partial<Stack['spec']> = {},
  { deletionTimestamp, annotations = {} }: Partial<Stack['metadata']> = {},
): Stack {
  return {
    apiVersion: 'plinth.dev/v1alpha1',
    kind: 'Stack',
    metadata: {
      name: 'network',
      namespace: 'prod',
      uid: 'u1',
      resourceVersion: '1',
      creationTimestamp: '2026-01-01T00:00:00Z',
      annotations,
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    },
    spec: {
      source: { directory: { path: '/x' } },
      workingDirectory: '.',
      program: 'terraform',
      approval: { when: 'Always', count: 1, expiresAfter: '7d' },
      deletionPolicy: 'Retain',
      destroyProtection: true,
      interval: '1m',
      suspend: false,
      planTimeout: '30m',
      applyTimeout: '2h',
      ...more,
    },
    status,
  };
}

function runWith(status: Run['status'], input: Readonly<Record<string, unknown>> = {}): Run {
  return {
    apiVersion: 'plinth.dev/v1alpha1',
    kind: 'Run',
    metadata: {
      name: 'r',
      namespace: 'prod',
      uid: 'r1',
      resourceVersion: '1',
      creationTimestamp: '2026-01-01T00:00:00Z',
    },
    spec: {
      definition: 'infra.stack',
      input: { stack: 'network', mode: 'apply', fingerprint: 'wanted', ...input },
    },
    ...(status ? { status } : {}),
  };
}

function observed(stack: Stack, more: Partial<ObservedStack> = {}): ObservedStack {
  return {
    stack,
    fingerprints,
    run: undefined,
    driftRun: undefined,
    turnRun: undefined,
    remoteRuns: [],
    policyVersion: 'p1',
    nowMs,
    ...more,
  };
}

const known: StackStatus = { fingerprint: 'wanted', attempt: 2, run: 'r' };
const failed = (code: string, secondsAgo: number): Run =>
  runWith({
    phase: 'Failed',
    error: { code, message: code },
    finishedAt: new Date(nowMs - secondsAgo * 1_000).toISOString(),
  });

test('what nobody has planned yet is planned; what is done is left alone', () => {
  const first = { action: 'start', mode: 'apply', fingerprint: 'wanted', attempt: 1 };
  deepEqual(planStack(observed(stackWith({}))), first);
  deepEqual(
    planStack(
      observed(stackWith({ ...known, fingerprint: 'another' }), { run: runWith({ phase: 'Succeeded' }) }),
    ),
    first,
  );
  deepEqual(planStack(observed(stackWith(known), { run: runWith({ phase: 'Succeeded' }) })), {
    action: 'wait',
  });
  deepEqual(planStack(observed(stackWith({}, { suspend: true }))), { action: 'wait' });
  deepEqual(planStack(observed(stackWith({}), { fingerprints: undefined })), { action: 'wait' });
});

test('a run is cancelled when another plan is wanted, unless it has begun to change something', () => {
  const old = runWith({ phase: 'Waiting' }, { fingerprint: 'old' });
  deepEqual(planStack(observed(stackWith(known), { run: old })), { action: 'cancel', run: old });
  const applying = runWith(
    { phase: 'Running', steps: [{ name: 'apply', type: 'step', state: 'Running' }] },
    { fingerprint: 'old' },
  );
  deepEqual(planStack(observed(stackWith(known), { run: applying })), { action: 'wait' });
  deepEqual(planStack(observed(stackWith(known), { run: runWith({ phase: 'Waiting' }) })), {
    action: 'wait',
  });
});

test('failures are tried again after a while: soon when the world moved, not at all when people decided', () => {
  const again = { action: 'start', mode: 'apply', fingerprint: 'wanted', attempt: 3 };
  const at = (run: Run) => planStack(observed(stackWith(known), { run }));
  deepEqual(at(failed('StalePlan', 11)), again);
  deepEqual(at(failed('StalePlan', 4)), { action: 'wait', forMs: 6_000 });
  deepEqual(at(failed('PlanFailed', 60)), { action: 'wait', forMs: 60_000 });
  deepEqual(at(failed('PlanFailed', 121)), again);
  for (const code of ['ApprovalRejected', 'ApprovalExpired'])
    deepEqual(at(failed(code, 9_999)), { action: 'wait' });
  deepEqual(at(runWith({ phase: 'Canceled' })), { action: 'wait' });
});

test('what policies denied is planned again when they are others, or a waiver has come or gone', () => {
  const plan = {
    run: 'r',
    runUid: 'r1',
    at: '',
    revision: '',
    outcome: 'changes',
    headline: '',
    destructive: [],
    digest: '',
    programVersion: '',
    policy: { version: 'p1', verdict: 'denied', denied: 1, warned: 0, waived: 0, findings: [] },
    view: { from: 0, entries: 1 },
  };
  const run = failed('PolicyDenied', 1);
  deepEqual(planStack(observed(stackWith({ ...known, plan }), { run })), { action: 'wait' });
  deepEqual(planStack(observed(stackWith({ ...known, plan }), { run, policyVersion: 'p2' })), {
    action: 'start',
    mode: 'apply',
    fingerprint: 'wanted',
    attempt: 3,
  });
});

test('a stack goes at once when it keeps what it made, and after a destroy where that is wanted', () => {
  const deleted = { deletionTimestamp: '2026-03-01T11:00:00Z' };
  deepEqual(planStack(observed(stackWith(known, {}, deleted))), { action: 'release' });
  const destroy = stackWith(known, { deletionPolicy: 'Destroy' }, deleted);
  const start = { action: 'start', mode: 'destroy', fingerprint: 'gone', attempt: 1 };
  deepEqual(planStack(observed(destroy, { run: runWith({ phase: 'Succeeded' }) })), start);
  const done = runWith({ phase: 'Succeeded' }, { mode: 'destroy' });
  deepEqual(planStack(observed(destroy, { run: done })), { action: 'release' });
  const active = runWith({ phase: 'Waiting' });
  deepEqual(planStack(observed(destroy, { run: active })), { action: 'cancel', run: active });
});

test('drift is looked for by its schedule, and put right once each time that it is found', () => {
  const drift = { schedule: '0 * * * *', timeZone: 'UTC', policy: 'propose' } as const;
  const done = runWith({ phase: 'Succeeded', finishedAt: '2026-03-01T09:30:00Z' });
  const since = { ...known, drift: { checkedAt: '2026-03-01T11:59:00Z', drifted: 0, addresses: [] } };
  const due = planStack(observed(stackWith(since, { drift }), { run: done }));
  deepEqual(due, {
    action: 'start',
    mode: 'drift',
    fingerprint: 'wanted',
    attempt: Date.parse('2026-03-01T12:00:00Z') / 1_000,
  });
  const soon = { ...since, drift: { ...since.drift, checkedAt: '2026-03-01T12:00:00Z' } };
  deepEqual(planStack(observed(stackWith(soon, { drift }), { run: done })), {
    action: 'wait',
    forMs: 3_600_000,
  });
  const found = { ...soon, drift: { ...soon.drift, drifted: 1, addresses: ['a.b'] } };
  const driftRun = runWith({ phase: 'Succeeded', finishedAt: '2026-03-01T12:00:00Z' }, { mode: 'drift' });
  const correction = planStack(observed(stackWith(found, { drift }), { run: done, driftRun }));
  deepEqual(correction, { action: 'start', mode: 'apply', fingerprint: 'wanted', attempt: 3, ask: true });
  const later = runWith({
    phase: 'Failed',
    error: { code: 'ApprovalRejected', message: '' },
    finishedAt: '2026-03-01T12:01:00Z',
  });
  deepEqual(planStack(observed(stackWith(found, { drift }), { run: later, driftRun })), { action: 'wait' });
  const told = stackWith(found, { drift: { ...drift, policy: 'report' } });
  deepEqual(planStack(observed(told, { run: done, driftRun })), { action: 'wait', forMs: 3_600_000 });
});

/** A run that somebody started by `terraform apply`. */
function remoteRun(name: string, status?: Run['status'], until = 'apply'): Run {
  const run = runWith(status, { fingerprint: undefined, remote: { until } });
  return { ...run, metadata: { ...run.metadata, name } };
}

test('runs that people start have their turns one after the other, before what the stack does by itself', () => {
  const [first, second] = [remoteRun('one'), remoteRun('two')];
  const remoteRuns = [first, second];
  deepEqual(planStack(observed(stackWith(known), { remoteRuns })), { action: 'admit', run: first });
  const taken = stackWith({ ...known, turn: 'two' });
  deepEqual(planStack(observed(taken, { remoteRuns })), { action: 'wait' });
  const over = stackWith({ ...known, turn: 'zero' });
  deepEqual(planStack(observed(over, { remoteRuns: [second] })), { action: 'admit', run: second });
  const suspended = stackWith(known, { suspend: true });
  deepEqual(planStack(observed(suspended, { remoteRuns })), { action: 'wait' });
  const waiting = runWith({ phase: 'Waiting' });
  deepEqual(planStack(observed(stackWith(known), { run: waiting, remoteRuns })), {
    action: 'cancel',
    run: waiting,
  });
  const applying = runWith({
    phase: 'Running',
    steps: [{ name: 'apply', type: 'step', state: 'Running' }],
  });
  deepEqual(planStack(observed(stackWith(known), { run: applying, remoteRuns })), { action: 'wait' });
  const deleted = stackWith(known, {}, { deletionTimestamp: '2026-03-01T11:00:00Z' });
  deepEqual(planStack(observed(deleted, { remoteRuns })), { action: 'cancel', run: first });
});

test('what made way for somebody is planned again afterwards; what somebody started and failed is not', () => {
  const canceled = (secondsAgo: number): Run =>
    runWith({ phase: 'Canceled', finishedAt: new Date(nowMs - secondsAgo * 1_000).toISOString() });
  const ended = (secondsAgo: number): Run =>
    remoteRun('one', {
      phase: 'Failed',
      finishedAt: new Date(nowMs - secondsAgo * 1_000).toISOString(),
    });
  const again = { action: 'start', mode: 'apply', fingerprint: 'wanted', attempt: 3 };
  deepEqual(planStack(observed(stackWith(known), { run: canceled(20), turnRun: ended(10) })), again);
  deepEqual(planStack(observed(stackWith(known), { run: canceled(10), turnRun: ended(20) })), {
    action: 'wait',
  });
  const failure = ended(100_000);
  deepEqual(planStack(observed(stackWith(known), { run: failure, turnRun: failure })), { action: 'wait' });
});

test('what somebody has destroyed is not made again', () => {
  const configuration = { name: 'c', revision: 'r', mode: 'destroy' };
  const status = { ...known, fingerprint: 'gone', configuration };
  const done = runWith({ phase: 'Succeeded' }, { mode: 'destroy', fingerprint: 'gone' });
  deepEqual(planStack(observed(stackWith(status), { run: done })), { action: 'wait' });
  deepEqual(planStack(observed(stackWith({ ...status, fingerprint: 'before' }), { run: done })), {
    action: 'start',
    mode: 'destroy',
    fingerprint: 'gone',
    attempt: 1,
  });
  const destroying = runWith({ phase: 'Waiting' }, { mode: 'destroy', fingerprint: 'gone' });
  deepEqual(planStack(observed(stackWith(status), { run: destroying })), { action: 'wait' });
});

test('a look for drift that failed is not tried again before the next time', () => {
  const drift = { schedule: '0 * * * *', timeZone: 'UTC', policy: 'report' } as const;
  const run = runWith({ phase: 'Succeeded', finishedAt: '2026-03-01T09:30:00Z' });
  const since = { ...known, drift: { checkedAt: '2026-03-01T10:00:00Z', drifted: 0, addresses: [] } };
  const driftRun = failed('PlanFailed', 0);
  deepEqual(planStack(observed(stackWith(since, { drift }), { run, driftRun })), {
    action: 'wait',
    forMs: 3_600_000,
  });
});

test('drift is looked for when somebody asks, once, also when the plan was rejected, and not while a run goes on', () => {
  const annotations = { 'plinth.dev/check-drift': 'now' };
  const look = { action: 'start', mode: 'drift', fingerprint: 'wanted', attempt: 1, asked: 'now' };
  for (const run of [runWith({ phase: 'Succeeded' }), failed('ApprovalRejected', 9)]) {
    const seen = observed(stackWith(known, {}, { annotations }), { run });
    const step = planStack(seen);
    deepEqual(step, look);
    deepEqual(requestsTaken(seen, step, undefined), { drift: 'now' });
    const taken = stackWith({ ...known, requests: { drift: 'now' } }, {}, { annotations });
    deepEqual(planStack(observed(taken, { run })), { action: 'wait' });
  }
  const busy = observed(stackWith(known, {}, { annotations }), { run: runWith({ phase: 'Waiting' }) });
  deepEqual(planStack(busy), { action: 'wait' });
  deepEqual(requestsTaken(busy, { action: 'wait' }, undefined), {});
  deepEqual(
    requestsTaken(
      observed(stackWith(known, { suspend: true }, { annotations })),
      { action: 'wait' },
      undefined,
    ),
    {
      drift: 'now',
    },
  );
});

test('a plan that was proposed waits for approval, also when it is made anew, and no later one does', () => {
  const annotations = { 'plinth.dev/propose': 'first' };
  const start = { action: 'start', mode: 'apply', fingerprint: 'wanted', attempt: 1, ask: true };
  const fresh = observed(stackWith({ ...known, fingerprint: 'another' }, {}, { annotations }));
  deepEqual(planStack(fresh), start);
  deepEqual(requestsTaken(fresh, planStack(fresh), undefined), { propose: 'first' });
  const asking = runWith({ phase: 'Failed', error: { code: 'StalePlan', message: '' } });
  const stale = { ...asking, spec: { ...asking.spec, input: { ...asking.spec.input, ask: true } } };
  const proposed = stackWith({ ...known, proposed: 'first' }, {}, { annotations });
  deepEqual(planStack(observed(proposed, { run: stale })), { ...start, attempt: 3 });
  const later = stackWith({ ...known, fingerprint: 'another', proposed: 'first' }, {}, { annotations });
  deepEqual(planStack(observed(later)), {
    action: 'start',
    mode: 'apply',
    fingerprint: 'wanted',
    attempt: 1,
  });
});

test('what is asked for is taken up when a run was started for it, or something stands in the way', () => {
  const annotations = { 'plinth.dev/replan': 'again' };
  const old = stackWith({ ...known, fingerprint: 'old' }, {}, { annotations });
  const active = observed(old, { run: runWith({ phase: 'Waiting' }, { fingerprint: 'old' }) });
  deepEqual(requestsTaken(active, planStack(active), undefined), {});
  const unread = observed(old, { fingerprints: undefined });
  deepEqual(requestsTaken(unread, { action: 'wait' }, undefined), {});
  const problem = { reason: 'SourceNotFound', message: '' };
  deepEqual(requestsTaken(unread, { action: 'wait' }, problem), { replan: 'again' });
  const ended = observed(old, { run: runWith({ phase: 'Canceled' }, { fingerprint: 'old' }) });
  deepEqual(requestsTaken(ended, planStack(ended), undefined), { replan: 'again' });
});
