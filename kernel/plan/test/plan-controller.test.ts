import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { draft } from '../../control/draft.ts';
import { faultLaw } from '../../control/test/fault-law.ts';
import { builtinTestResources, MemoryClient, testResource } from '../../control/test/memory-client.ts';
import { seededRandom } from '../../control/test/seeded-random.ts';
import { VirtualClock } from '../../control/test/virtual-clock.ts';
import type { Client } from '../../model/client.ts';
import type { KubeObject } from '../../model/object.ts';
import { formatTime } from '../../ports/clock.ts';
import { planController, type RecordSource } from '../plan-controller.ts';
import { planState } from '../plan-phase.ts';
import type { PlanRecord } from '../plan-record.ts';

const plans = { group: 'plinth.dev', resource: 'plans' };
const approvals = { group: 'plinth.dev', resource: 'approvals' };
const apiVersion = 'plinth.dev/v1alpha1';
const hourMs = 3_600_000;

function record(uid: string, clock: VirtualClock, more: Partial<PlanRecord> = {}): PlanRecord {
  return {
    uid,
    author: 'anna',
    digest: 'd',
    expiresAtMs: clock.now() + 8 * hourMs,
    demands: [{ policy: 'prod', groups: ['leads'], count: 1, reason: 'update of ConfigMap/settings' }],
    ...more,
  };
}

async function approve(client: Client, plan: string, spec: Record<string, unknown> = {}): Promise<void> {
  const approver = { username: 'lea', groups: ['leads'] };
  await client.create(
    approvals,
    draft(
      apiVersion,
      'Approval',
      { name: `${plan}-1` },
      {
        spec: { target: { kind: 'Plan', name: plan }, digest: 'd', decision: 'Approve', approver, ...spec },
      },
    ),
  );
}

class MemoryRecords implements RecordSource {
  readonly kept = new Map<string, PlanRecord>();

  read(name: string, uid: string) {
    const found = this.kept.get(name);
    return found?.uid === uid ? { record: found, revision: 1 } : undefined;
  }

  names(): string[] {
    return [...this.kept.keys()];
  }

  async forget(name: string, isGone: () => boolean): Promise<void> {
    if (isGone()) this.kept.delete(name);
  }
}

function world(): { client: MemoryClient; clock: VirtualClock; records: MemoryRecords } {
  const clock = new VirtualClock();
  const client = new MemoryClient({
    clock,
    random: seededRandom(1),
    resources: [
      ...builtinTestResources,
      testResource(apiVersion, 'Plan', 'plans', { namespaced: false, status: true }),
      testResource(apiVersion, 'Approval', 'approvals', { namespaced: false }),
    ],
  });
  return { client, clock, records: new MemoryRecords() };
}

async function plan(
  made: ReturnType<typeof world>,
  name: string,
  more: Partial<PlanRecord> = {},
): Promise<void> {
  const { metadata } = await made.client.create(plans, draft(apiVersion, 'Plan', { name }, { spec: {} }));
  made.records.kept.set(name, record(metadata.uid, made.clock, more));
}

const phaseOf = (client: Client, name: string): unknown => {
  const status: unknown = client.get(plans, { name })?.['status'];
  return typeof status === 'object' && status !== null && 'phase' in status ? status.phase : undefined;
};

describe('the controller of plans', () => {
  test('keeps to the fault law', async () => {
    let records = new MemoryRecords();
    const report = await faultLaw({
      horizonMs: 10 * hourMs,
      async setup() {
        const made = world();
        records = made.records;
        await plan(made, 'approved', { expiresAtMs: made.clock.now() + 100 * hourMs });
        await plan(made, 'lapsing', { expiresAtMs: made.clock.now() + 100 * hourMs });
        await plan(made, 'expiring');
        await plan(made, 'failed', { failed: 'it cannot be done' });
        made.records.kept.set('gone', record('nobody', made.clock));
        await approve(made.client, 'approved');
        await approve(made.client, 'lapsing', { expiresAt: formatTime(made.clock.now() + hourMs) });
        return {
          client: made.client,
          clock: made.clock,
          objects: () => made.client.dump(),
          disturb: async (client: Client) => await client.delete(plans, { name: 'failed' }),
          check: () => {
            equal(phaseOf(made.client, 'approved'), 'Approved');
            equal(phaseOf(made.client, 'lapsing'), 'Pending');
            equal(phaseOf(made.client, 'expiring'), 'Expired');
            deepEqual(made.records.names().sort(), ['approved', 'expiring', 'lapsing']);
          },
        };
      },
      controllers: () => [planController(records)],
    });
    ok(report.steps >= 5, `only ${report.steps} steps`);
  });
});

describe('planState', () => {
  const clock = new VirtualClock();
  const nowMs = clock.now();
  const decision = (spec: Record<string, unknown> = {}): KubeObject & { spec: never } =>
    draft(
      apiVersion,
      'Approval',
      { name: 'a' },
      {
        spec: {
          target: { kind: 'Plan', name: 'p' },
          digest: 'd',
          decision: 'Approve',
          approver: { username: 'lea', groups: ['leads'] },
          ...spec,
        },
      },
    ) as KubeObject & { spec: never };

  test('says the phase, and when time changes it', () => {
    const one = record('u', clock);
    const pending = planState(one, [], nowMs);
    equal(pending.phase, 'Pending');
    equal(pending.nextChangeAtMs, nowMs + 8 * hourMs);
    const approved = planState(one, [decision({ expiresAt: formatTime(nowMs + hourMs) })], nowMs);
    equal(approved.phase, 'Approved');
    equal(approved.nextChangeAtMs, nowMs + hourMs);
    equal(planState(one, [decision({ decision: 'Reject' })], nowMs).phase, 'Rejected');
    equal(planState(one, [decision()], nowMs + 8 * hourMs).phase, 'Expired');
    equal(planState(record('u', clock, { demands: [] }), [], nowMs).phase, 'Approved');
  });

  test('ends with Applied and Failed, whatever comes', () => {
    const applied = { at: 'now', by: 'anna', digest: 'd', writes: 1 };
    const done = planState(
      record('u', clock, { applied }),
      [decision({ decision: 'Reject' })],
      nowMs + 99 * hourMs,
    );
    equal(done.phase, 'Applied');
    equal(done.nextChangeAtMs, undefined);
    equal(planState(record('u', clock, { failed: 'no' }), [decision()], nowMs).phase, 'Failed');
  });
});
