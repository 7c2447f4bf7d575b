import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AuditTrail } from '../../audit/trail.ts';
import type { UserInfo } from '../../auth/port.ts';
import { MemoryStore } from '../../auth/test/memory-store.ts';
import { seededRandom } from '../../control/test/seeded-random.ts';
import { VirtualClock } from '../../control/test/virtual-clock.ts';
import { hoursKept, requestCountMs } from '../limits.ts';
import { UsageLedger } from '../usage-ledger.ts';
import { UsageMeter } from '../usage-meter.ts';

const user: UserInfo = { username: 'alice', groups: [] };
const hourMs = 3_600_000;

/** A tenant with an audit log, and processes that meter it one after the other. */
class Lab {
  readonly store = new MemoryStore();
  readonly clock = new VirtualClock(Date.UTC(2026, 0, 31, 20));
  readonly audit = new AuditTrail({
    store: this.store,
    tenant: 'acme',
    clock: this.clock,
    random: seededRandom(1),
    onFault: (what, error) => this.faults.push(`${what}: ${String(error)}`),
  });
  readonly faults: string[] = [];
  #serial = 0;

  meter(): Promise<UsageMeter> {
    const { store, audit, clock } = this;
    const onFault = (what: string): void => void this.faults.push(what);
    return UsageMeter.open({ store, tenant: 'acme', audit, clock, onFault });
  }

  /** Writes an object of the tenant, with its entry. */
  async write(runMs = 0): Promise<void> {
    const name = `map-${this.#serial++}`;
    const { operations, appends } = this.audit.entered([
      {
        operation: { type: 'put', key: `acme/core/configmaps/default/${name}`, expect: 0, value: () => '{}' },
        subject: `/api/v1/namespaces/default/configmaps/${name}`,
        user,
        origin: undefined,
        nowMs: this.clock.now(),
        manager: 'test',
        subresource: '',
        ...(runMs > 0 ? { facts: { runMs } } : {}),
      },
    ]);
    await this.store.commit(operations, appends);
  }

  /** What the whole log comes to when it is counted anew. */
  async recounted(): Promise<UsageLedger> {
    const ledger = new UsageLedger();
    for (const entry of await this.store.logs.read('acme/audit', 0, 1_000_000)) ledger.take(entry);
    return ledger;
  }
}

const action = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('write' as const), runMs: fc.nat(90_000) }) },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('request' as const), count: fc.integer({ min: 1, max: 50 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 30 * hourMs }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('deny' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('kill' as const) }) },
);

test('what is counted as it comes is what the log comes to, through restarts and kills', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 40 }), async (actions) => {
      const lab = new Lab();
      let meter = await lab.meter();
      let entered = 0;
      for (const next of actions) {
        if (next.do === 'write') await lab.write(next.runMs);
        else if (next.do === 'request') for (let i = 0; i < next.count; i++) meter.request();
        else if (next.do === 'wait') await lab.clock.advance(next.ms);
        else if (next.do === 'deny') await lab.audit.denied('/api', user, undefined, { code: 403 });
        else {
          if (next.do === 'restart') await meter.close();
          meter = await lab.meter();
        }
        entered = lab.store.logs.end('acme/audit');
        equal(meter.ledger.entries, entered);
        deepEqual(meter.ledger.toJSON(), (await lab.recounted()).toJSON());
      }
      await meter.close();
      deepEqual((await lab.meter()).ledger.toJSON(), (await lab.recounted()).toJSON());
      deepEqual(lab.faults, []);
    }),
    { numRuns: 60 },
  );
});

test('windows are the present hour, a day of hours and the calendar month', async () => {
  const lab = new Lab();
  const meter = await lab.meter();
  await lab.write(60_000);
  for (let i = 0; i < 7; i++) meter.request();
  await lab.clock.advance(requestCountMs);
  const used = { requests: 7, writes: 1, runMinutes: 1 };
  const none = { requests: 0, writes: 0, runMinutes: 0 };
  const windows = (): unknown => {
    const { lastHour, lastDay, month } = meter.usage();
    return [lastHour, lastDay, month];
  };
  deepEqual(windows(), [used, used, used]);
  await lab.clock.advance(2 * hourMs);
  deepEqual(windows(), [none, used, used]);
  await lab.clock.advance(3 * hourMs);
  deepEqual(windows(), [none, used, none], 'it is February');
  await lab.clock.advance(24 * hourMs);
  deepEqual(windows(), [none, none, none]);
  const { objects, storedBytes, byResource } = meter.usage();
  deepEqual([objects, storedBytes, byResource], [1, 2, { configmaps: 1 }]);
});

test('requests are entered once a minute, and when a process ends', async () => {
  const lab = new Lab();
  const meter = await lab.meter();
  for (let i = 0; i < 1_000; i++) meter.request();
  equal(lab.store.logs.end('acme/audit'), 0);
  await lab.clock.advance(requestCountMs);
  equal(lab.store.logs.end('acme/audit'), 1);
  await lab.clock.advance(10 * requestCountMs);
  equal(lab.store.logs.end('acme/audit'), 1, 'nothing is entered while nobody asks');
  meter.request();
  await meter.close();
  equal(lab.store.logs.end('acme/audit'), 2);
  equal((await lab.meter()).usage().lastHour.requests, 1_001);
});

test('old hours are let go of', async () => {
  const lab = new Lab();
  const meter = await lab.meter();
  for (let hour = 0; hour < hoursKept + 20; hour++) {
    await lab.write();
    await lab.clock.advance(hourMs);
  }
  equal(Object.keys(meter.ledger.toJSON().hours).length, hoursKept);
});
