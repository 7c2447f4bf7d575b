import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Objects } from '../../api/objects.ts';
import { Registry } from '../../api/registry.ts';
import { approvalKind } from '../../approval/approval-kind.ts';
import { ApprovalTargets } from '../../approval/approval-targets.ts';
import { configMapKind } from '../../builtin/config-map.ts';
import { namespaceKind } from '../../builtin/namespace.ts';
import { leasePrefix } from '../../cluster/lease-record.ts';
import { ClusterWorld, type Process } from '../../cluster/test/cluster-world.ts';
import { seededRandom } from '../../control/test/seeded-random.ts';
import { resourceOf } from '../../model/define-kind.ts';
import type { Store } from '../../store/port.ts';
import { openLabStore } from '../../store/test/lab-store.ts';
import { defineRun } from '../define-run.ts';
import type { ExecPort } from '../exec-port.ts';
import { sealedJournalBucket } from '../journal-entry.ts';
import { RunDefinitions } from '../run-definitions.ts';
import { RunEngine } from '../run-engine.ts';
import { isFinished, isRun, type Run, runKind } from '../run-kind.ts';
import { writeRequest } from '../run-request.ts';
import { runRules } from '../run-rules.ts';

interface Effect {
  readonly run: string;
  readonly step: string;
  readonly key: string;
  readonly by: Process;
  readonly atMs: number;
}

const author = { username: 'author', groups: ['system:masters'] };
const runsPrefix = 'default/plinth.dev/runs/';

/** Run engines in several processes on one store. */
class Engines {
  readonly world: ClusterWorld;
  readonly effects: Effect[] = [];
  readonly programs: { readonly by: Process; readonly signal: AbortSignal }[] = [];
  readonly engines = new Map<Process, RunEngine>();
  readonly finishedRuns: number | undefined;

  private constructor(store: Store, finishedRuns: number | undefined) {
    this.world = new ClusterWorld(store);
    this.finishedRuns = finishedRuns;
  }

  static async make(finishedRuns?: number): Promise<Engines> {
    return new Engines(await openLabStore(), finishedRuns);
  }

  async start(): Promise<Process> {
    const process = this.world.make(['workers']);
    const definitions = new RunDefinitions(this.#definitions(process));
    const everybody = { authorize: () => ({ allowed: true, reason: '' }) };
    const registry = new Registry();
    const kinds = [namespaceKind, configMapKind, runKind(runRules(definitions, everybody))];
    registry.setAll([...kinds, approvalKind(new ApprovalTargets())].map(resourceOf));
    const { clock, store, cluster } = process;
    const random = seededRandom(100 + this.engines.size);
    const objects = new Objects({ store, tenant: 'default', clock, random });
    const exec: ExecPort = {
      exec: ({ signal }) => {
        this.programs.push({ by: process, signal });
        return new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        });
      },
    };
    const engine = new RunEngine({
      tenants: [{ objects, registry, definitions }],
      clock,
      random,
      exec,
      ownership: cluster,
      ...(this.finishedRuns === undefined ? {} : { finishedRuns: this.finishedRuns }),
      onFault: (what, error) => process.faults.push(`${what}: ${String(error)}`),
    });
    this.engines.set(process, engine);
    engine.start();
    await cluster.start('');
    await this.world.clock.advance(1);
    if (!store.get('default/core/namespaces//default')) {
      const [type] = registry.all().filter(({ resource }) => resource === 'namespaces');
      const version = type?.versions[0];
      assert.ok(type && version);
      const request = writeRequest({ type, version }, '', '', author, clock.now());
      await objects.create({ metadata: { name: 'default' } }, request);
    }
    return process;
  }

  #definitions(process: Process) {
    const effect = (run: string, step: string, key: string): void => {
      this.effects.push({ run, step, key, by: process, atMs: this.world.clock.monotonic() });
    };
    const pause = (ms: number): Promise<void> => new Promise((resolve) => process.clock.after(ms, resolve));
    return [
      defineRun({
        name: 'work',
        version: 1,
        run: async (run) => {
          for (const step of ['one', 'two', 'three']) {
            await run.step(step, async ({ idempotencyKey }) => {
              await pause(400);
              effect(run.name, step, idempotencyKey);
              return {};
            });
            await run.sleep(`after ${step}`, 700);
          }
        },
      }),
      defineRun({
        name: 'program',
        version: 1,
        run: async (run) => {
          await run.exec('program', { file: '/bin/true', args: [] });
        },
      }),
    ];
  }

  async request(process: Process, definition: string, count: number): Promise<void> {
    const requests = Array.from({ length: count }, (_, i) => ({
      definition,
      name: `${definition}-${i}`,
      requestedBy: author,
    }));
    await this.engines.get(process)?.enqueueMany(requests);
  }

  runs(): Run[] {
    const { objects } = this.world.store.list(runsPrefix);
    return objects
      .map(({ value }): unknown => JSON.parse(value))
      .filter((one): one is Run => isRun(one as never));
  }

  allFinished(): boolean {
    return this.runs().every(isFinished);
  }

  async untilFinished(): Promise<void> {
    for (let i = 0; i < 600 && !this.allFinished(); i++) await this.world.clock.advance(100);
    const left = this.runs().filter((run) => !isFinished(run));
    assert.deepEqual(
      left.map(({ metadata }) => metadata.name),
      [],
    );
  }

  /** Checks that each step of each run had its effect; returns how many calls were repeated. */
  repeated(): number {
    const byRun = Map.groupBy(this.effects, ({ run }) => run);
    for (const { metadata } of this.runs()) {
      const effects = byRun.get(metadata.name) ?? [];
      const keys = new Map(effects.map(({ key, step }) => [key, step]));
      assert.deepEqual([...keys.values()].sort(), ['one', 'three', 'two'], metadata.name);
    }
    return this.effects.length - new Set(this.effects.map(({ key }) => key)).size;
  }
}

test('runs are shared by the processes, wherever they are requested, and each step is done once', async () => {
  const lab = await Engines.make();
  const [a, b, c] = [await lab.start(), await lab.start(), await lab.start()];
  await lab.world.clock.advance(3_000);
  await lab.request(a, 'work', 40);
  await lab.untilFinished();
  assert.equal(lab.repeated(), 0);
  for (const process of [a, b, c]) {
    assert.ok(lab.effects.some(({ by }) => by === process));
    assert.deepEqual(process.faults, []);
  }
  assert.equal(lab.world.store.count(sealedJournalBucket.replace('*', 'default')), 0);
});

test('a process that comes while runs are under way gets its share, and nothing is done twice', async () => {
  const lab = await Engines.make();
  const a = await lab.start();
  await lab.request(a, 'work', 40);
  await lab.world.clock.advance(600);
  const b = await lab.start();
  await lab.untilFinished();
  assert.equal(lab.repeated(), 0);
  assert.ok(lab.effects.some(({ by }) => by === b));
});

test('a process that dies: its runs go on elsewhere within 8 s, and what it had journaled is not repeated', async () => {
  const lab = await Engines.make();
  const [a, b] = [await lab.start(), await lab.start()];
  await lab.world.clock.advance(3_000);
  await lab.request(a, 'work', 40);
  await lab.world.clock.advance(1_300);
  b.kill();
  const killedAtMs = lab.world.clock.monotonic();
  const before = lab.effects.length;
  await lab.untilFinished();
  // Only what was done and not journaled at the moment of death may be repeated: here nothing was under way.
  assert.equal(lab.repeated(), 0);
  const orphans = new Set(
    lab.effects
      .slice(0, before)
      .filter(({ by }) => by === b)
      .map(({ run }) => run),
  );
  const resumed = lab.effects.find(({ run, by }) => by === a && orphans.has(run));
  assert.ok(resumed && resumed.atMs - killedAtMs <= 8_000, `${(resumed?.atMs ?? 0) - killedAtMs} ms`);
});

test('a process that is stopped and wakes after its work was taken over: it does nothing more for it', async () => {
  const lab = await Engines.make();
  const [a, b] = [await lab.start(), await lab.start()];
  await lab.world.clock.advance(3_000);
  await lab.request(a, 'work', 40);
  // In the sleep after a first step, so that no step is under way at that moment.
  await lab.world.clock.advance(700);
  b.pause();
  await lab.world.clock.advance(12_000);
  const before = lab.effects.length;
  b.resume();
  await lab.untilFinished();
  assert.equal(lab.repeated(), 0);
  const takenOver = new Set(
    lab.effects
      .slice(0, before)
      .filter(({ by, atMs }) => by === a && atMs > 8_000)
      .map(({ run }) => run),
  );
  assert.deepEqual(
    lab.effects.slice(before).filter(({ by, run }) => by === b && takenOver.has(run)),
    [],
  );
});

test('a program of a process that was stopped is ended when it wakes, and runs elsewhere', async () => {
  const lab = await Engines.make();
  const [a, b] = [await lab.start(), await lab.start()];
  await lab.world.clock.advance(3_000);
  await lab.request(a, 'program', 12);
  await lab.world.clock.advance(100);
  const own = lab.programs.filter(({ by }) => by === b);
  assert.ok(own.length > 0 && own.length < 12);
  b.pause();
  await lab.world.clock.advance(9_000);
  assert.equal(lab.programs.filter(({ by }) => by === a).length, 12);
  b.resume();
  await lab.world.clock.advance(10);
  assert.ok(own.every(({ signal }) => signal.aborted));
});

test('programs that run for long are not ended to share the work anew: their units stay where they are', async () => {
  const lab = await Engines.make();
  const a = await lab.start();
  await lab.request(a, 'program', 30);
  await lab.world.clock.advance(100);
  await lab.start();
  await lab.world.clock.advance(120_000);
  assert.equal(lab.programs.length, 30);
  assert.ok(lab.programs.every(({ signal }) => !signal.aborted));
});

test('finished runs beyond the number are deleted by one process, and by another when that one is gone', async () => {
  const lab = await Engines.make(10);
  const [a, b] = [await lab.start(), await lab.start()];
  await lab.world.clock.advance(3_000);
  await lab.request(a, 'work', 30);
  await lab.world.clock.advance(20_000);
  assert.ok(lab.runs().length <= 11, `${lab.runs().length}`);
  const holder = lab.world.holder('runs.retention');
  const [gone, left] = a.cluster.id === holder ? [a, b] : [b, a];
  gone.kill();
  await lab.world.clock.advance(8_000);
  const requests = Array.from({ length: 30 }, (_, i) => ({
    definition: 'work',
    name: `more-${i}`,
    requestedBy: author,
  }));
  await lab.engines.get(left)?.enqueueMany(requests);
  await lab.world.clock.advance(20_000);
  assert.ok(lab.runs().length <= 11, `${lab.runs().length}`);
  assert.ok(lab.runs().every(({ metadata }) => metadata.name.startsWith('more')));
});

test('a unit that is lost and comes back at once: the step that was under way ends before the run goes on', async () => {
  const lab = await Engines.make();
  const a = await lab.start();
  await lab.request(a, 'work', 40);
  await lab.world.clock.advance(200);
  const key = `${leasePrefix}runs.3`;
  await lab.world.store.commit([{ type: 'delete', key, value: () => '{}' }]);
  await lab.untilFinished();
  // The steps of that unit were told to end, had their effect all the same, and are done again with the same key.
  const byKey = Map.groupBy(lab.effects, (effect) => effect.key);
  const twice = [...byKey.values()].filter(({ length }) => length > 1);
  assert.ok(twice.length > 0);
  for (const [first, second] of twice) {
    assert.ok(first && second && second.atMs - first.atMs >= 400, 'one after the other');
  }
});
