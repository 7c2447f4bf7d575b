import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ControlPlane } from '../../control/control-plane.ts';
import { draft } from '../../control/draft.ts';
import { faultLaw } from '../../control/test/fault-law.ts';
import { builtinTestResources, MemoryClient } from '../../control/test/memory-client.ts';
import { seededRandom } from '../../control/test/seeded-random.ts';
import { settle } from '../../control/test/settle.ts';
import { VirtualClock } from '../../control/test/virtual-clock.ts';
import { resourceOf } from '../../model/define-kind.ts';
import { RunDefinitions } from '../run-definitions.ts';
import { isRun, type Run, runKind, runs } from '../run-kind.ts';
import { runRules } from '../run-rules.ts';
import { scheduleController } from '../schedule-controller.ts';
import { type RunSchedule, type RunScheduleSpec, runScheduleKind, runSchedules } from '../schedule-kind.ts';
import { planSchedule, runName } from '../schedule-plan.ts';
import { scheduleTimes } from '../schedule-times.ts';
import { everybody } from './everybody.ts';

const at = (text: string): number => Date.parse(text);
const instants = (cron: string, zone: string, from: string, count: number): string[] => {
  const times = scheduleTimes(cron, zone);
  const found: string[] = [];
  for (let ms = times.next(at(from)); ms !== undefined && found.length < count; ms = times.next(ms)) {
    found.push(new Date(ms).toISOString().slice(5, 16));
  }
  return found;
};

test('a time that does not exist is due right after the gap, once', () => {
  assert.deepEqual(instants('30 2 * * *', 'Europe/Berlin', '2026-03-28T00:00:00Z', 3), [
    '03-28T01:30',
    '03-29T01:00',
    '03-30T00:30',
  ]);
  assert.deepEqual(instants('30 2 * * *', 'America/New_York', '2026-03-07T00:00:00Z', 3), [
    '03-07T07:30',
    '03-08T07:00',
    '03-09T06:30',
  ]);
  assert.deepEqual(instants('*/30 * * * *', 'Europe/Berlin', '2026-03-29T00:00:00Z', 4), [
    '03-29T00:30',
    '03-29T01:00',
    '03-29T01:30',
    '03-29T02:00',
  ]);
});

test('a fixed time that occurs twice is due at its first occurrence, an interval in both hours', () => {
  assert.deepEqual(instants('30 2,14 * * *', 'Europe/Berlin', '2026-10-24T23:00:00Z', 3), [
    '10-25T00:30',
    '10-25T13:30',
    '10-26T01:30',
  ]);
  assert.deepEqual(instants('30 1 * * *', 'America/New_York', '2026-10-31T12:00:00Z', 2), [
    '11-01T05:30',
    '11-02T06:30',
  ]);
  assert.deepEqual(instants('0 * * * *', 'America/New_York', '2026-11-01T04:00:00Z', 3), [
    '11-01T05:00',
    '11-01T06:00',
    '11-01T07:00',
  ]);
});

const schedule = (spec: Partial<RunScheduleSpec>, last?: string): RunSchedule => ({
  apiVersion: 'plinth.dev/v1alpha1',
  kind: 'RunSchedule',
  metadata: {
    name: 'nightly',
    namespace: 'default',
    uid: 'u',
    resourceVersion: '1',
    creationTimestamp: '2026-01-01T00:00:30Z',
  },
  spec: {
    schedule: '0 * * * *',
    timeZone: 'UTC',
    suspend: false,
    concurrencyPolicy: 'Allow',
    missedRunPolicy: 'RunOnce',
    successfulRunsHistoryLimit: 1,
    failedRunsHistoryLimit: 1,
    template: { definition: 'job' },
    ...spec,
  },
  ...(last === undefined ? {} : { status: { lastScheduleTime: last } }),
});
const run = (name: string, phase: string, due: string): Run => ({
  apiVersion: 'plinth.dev/v1alpha1',
  kind: 'Run',
  metadata: {
    name,
    uid: name,
    resourceVersion: '1',
    creationTimestamp: due,
    annotations: { 'plinth.dev/scheduled-at': due },
  },
  spec: { definition: 'job' },
  status: { phase: phase as 'Failed', finishedAt: due },
});
const starts = (spec: Partial<RunScheduleSpec>, now: string, owned: Run[] = [], last?: string): string[] =>
  planSchedule(schedule(spec, last), owned, at(now)).start.map(({ name }) =>
    name.slice('nightly-20260101'.length),
  );

test('the policy for missed runs says what is caught up', () => {
  const late = '2026-01-01T05:30:00Z';
  assert.deepEqual(starts({ missedRunPolicy: 'Skip' }, late), []);
  assert.deepEqual(starts({ missedRunPolicy: 'Skip' }, '2026-01-01T05:00:02Z'), ['0500']);
  assert.deepEqual(starts({ missedRunPolicy: 'RunOnce' }, late), ['0500']);
  assert.deepEqual(starts({ missedRunPolicy: 'RunAll' }, late), ['0100', '0200', '0300', '0400', '0500']);
  assert.deepEqual(starts({ missedRunPolicy: 'RunAll', startingDeadlineSeconds: 6_000 }, late), [
    '0400',
    '0500',
  ]);
  assert.deepEqual(starts({ suspend: true }, late), []);
  const suspended = planSchedule(schedule({ suspend: true }), [], at(late));
  assert.equal(
    suspended.status.lastScheduleTime,
    '2026-01-01T05:00:00Z',
    'what passed while suspended is not caught up later',
  );
  assert.equal(suspended.status.skipped, 5);
});

test('after years without a process only the newest instants are looked at, in no time', () => {
  const began = performance.now();
  const plan = planSchedule(
    schedule({ schedule: '* * * * *', missedRunPolicy: 'RunAll' }),
    [],
    at('2036-01-01T00:00:30Z'),
  );
  assert.equal(plan.start.length, 100);
  assert.equal(plan.start.at(-1)?.name, 'nightly-203601010000');
  assert.ok(performance.now() - began < 2_000);
});

test('runs that overlap are allowed, waited for, or replaced', () => {
  const active = [run('nightly-202601010100', 'Running', '2026-01-01T01:00:00Z')];
  const now = '2026-01-01T02:00:01Z';
  const last = '2026-01-01T01:00:00Z';
  assert.deepEqual(starts({ concurrencyPolicy: 'Allow' }, now, active, last), ['0200']);
  assert.deepEqual(starts({ concurrencyPolicy: 'Forbid' }, now, active, last), []);
  const waiting = planSchedule(schedule({ concurrencyPolicy: 'Forbid' }, last), active, at(now));
  assert.equal(waiting.status.lastScheduleTime, last, 'it is due still when the other one has ended');
  const replaced = planSchedule(schedule({ concurrencyPolicy: 'Replace' }, last), active, at(now));
  assert.deepEqual([replaced.cancel, replaced.start.length], [['nightly-202601010100'], 1]);
  assert.deepEqual(
    starts({ concurrencyPolicy: 'Forbid', missedRunPolicy: 'RunAll' }, '2026-01-01T04:00:00Z', [], last),
    ['0200'],
  );
});

test('a clock that is set back starts nothing again, and history keeps what it should', () => {
  assert.deepEqual(
    starts({ missedRunPolicy: 'RunAll' }, '2026-01-01T03:30:00Z', [], '2026-01-01T05:00:00Z'),
    [],
  );
  const ended = [
    run('a', 'Succeeded', '2026-01-01T01:00:00Z'),
    run('b', 'Succeeded', '2026-01-01T02:00:00Z'),
    run('c', 'Failed', '2026-01-01T03:00:00Z'),
    run('d', 'Canceled', '2026-01-01T04:00:00Z'),
    run('e', 'Succeeded', '2026-01-01T06:00:00Z'),
  ];
  const plan = planSchedule(schedule({}, '2026-01-01T05:00:00Z'), ended, at('2026-01-01T05:30:00Z'));
  assert.deepEqual(plan.remove, ['a', 'c'], 'e stands for an instant that is not on record yet');
  assert.equal(runName('nightly', at('2026-01-01T05:00:00Z')), 'nightly-202601010500');
});

test('a wrong expression, zone or input is refused by field', () => {
  const { strategy } = runScheduleKind(new RunDefinitions(), everybody);
  const fields = (spec: Partial<RunScheduleSpec>) =>
    strategy?.validate?.(schedule(spec), undefined).map(({ field }) => field);
  assert.deepEqual(fields({}), []);
  assert.deepEqual(fields({ schedule: '61 * * * *' }), ['spec.schedule']);
  assert.deepEqual(fields({ schedule: '* * * *' }), ['spec.schedule']);
  assert.deepEqual(fields({ schedule: '0 0 31 2 *' }), ['spec.schedule']);
  assert.deepEqual(fields({ timeZone: 'Mars/Olympus' }), ['spec.timeZone']);
});

test('fault law: a schedule starts each run once, whatever fails or dies', async () => {
  const definitions = new RunDefinitions();
  const resources = [
    ...builtinTestResources,
    ...[runKind(runRules(definitions, everybody)), runScheduleKind(definitions, everybody)].map(resourceOf),
  ];
  const report = await faultLaw({
    horizonMs: 4 * 3_600_000,
    async setup() {
      const clock = new VirtualClock();
      const client = new MemoryClient({ clock, random: seededRandom(1), resources });
      await client.create(
        { group: '', resource: 'namespaces' },
        draft('v1', 'Namespace', { name: 'default' }),
      );
      // Due three times and then not for a year, so that the world comes to rest.
      const { spec } = schedule({ schedule: '0 1-3 1 1 *' });
      await client.create(
        runSchedules,
        draft('plinth.dev/v1alpha1', 'RunSchedule', { name: 'nightly', namespace: 'default' }, { spec }),
      );
      return { client, clock, objects: () => client.list(runs).map(bare) };
    },
    controllers: () => [scheduleController()],
  });
  assert.ok(report.steps >= 4 && report.runs >= 20, `${report.steps} steps, ${report.runs} runs`);
});

/** What must be the same in the end: which runs there are. */
function bare(object: Run | Parameters<typeof isRun>[0]): Run {
  assert.ok(isRun(object));
  return { ...object, metadata: { ...object.metadata, uid: '', creationTimestamp: '' } };
}

test('the controller starts runs on time and cleans up after them', async () => {
  const definitions = new RunDefinitions();
  const resources = [
    ...builtinTestResources,
    ...[runKind(runRules(definitions, everybody)), runScheduleKind(definitions, everybody)].map(resourceOf),
  ];
  const clock = new VirtualClock();
  const client = new MemoryClient({ clock, random: seededRandom(1), resources });
  const plane = new ControlPlane({
    client,
    clock,
    random: seededRandom(1),
    recorder: { record: () => undefined },
  });
  plane.add(scheduleController());
  plane.start();
  await client.create({ group: '', resource: 'namespaces' }, draft('v1', 'Namespace', { name: 'default' }));
  const { spec } = schedule({});
  await client.create(
    runSchedules,
    draft('plinth.dev/v1alpha1', 'RunSchedule', { name: 'nightly', namespace: 'default' }, { spec }),
  );
  for (let hour = 0; hour < 5; hour++) {
    await settle(plane, clock, { horizonMs: 3_600_000 });
    for (const one of client.list(runs)) {
      const { name, namespace = '' } = one.metadata;
      const status = { phase: 'Succeeded', finishedAt: new Date(clock.now()).toISOString() };
      await client.patch(runs, { name, namespace }, { status }, 'status');
    }
  }
  await settle(plane, clock, { horizonMs: 60_000 });
  const left = client.list(runs).map(({ metadata }) => metadata.name);
  assert.deepEqual(left, ['nightly-202601010500'], 'one that succeeded is kept');
  await plane.stop(0);
});
