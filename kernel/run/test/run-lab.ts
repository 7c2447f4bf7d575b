import { setTimeout } from 'node:timers/promises';
import { Objects } from '../../api/objects.ts';
import { Registry, type ServedResource } from '../../api/registry.ts';
import { approvalKind } from '../../approval/approval-kind.ts';
import { ApprovalTargets } from '../../approval/approval-targets.ts';
import type { UserInfo } from '../../auth/port.ts';
import { configMapKind } from '../../builtin/config-map.ts';
import { namespaceKind } from '../../builtin/namespace.ts';
import type { EventInput } from '../../control/events.ts';
import { seededRandom } from '../../control/test/seeded-random.ts';
import { VirtualClock } from '../../control/test/virtual-clock.ts';
import { resourceOf } from '../../model/define-kind.ts';
import type { KubeObject } from '../../model/object.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Random } from '../../ports/random.ts';
import type { Store } from '../../store/port.ts';
import { type LabPlace, makeLabPlace, untilStored } from '../../store/test/lab-store.ts';
import type { RunDefinition } from '../define-run.ts';
import type { ExecPort } from '../exec-port.ts';
import { approvalTargetOf } from '../run-approval-target.ts';
import { RunDefinitions } from '../run-definitions.ts';
import { RunEngine } from '../run-engine.ts';
import { isRun, type Run, runKind } from '../run-kind.ts';
import { writeRequest } from '../run-request.ts';
import { runRules } from '../run-rules.ts';
import { everybody } from './everybody.ts';
import { type DeathAt, MortalStore } from './mortal-store.ts';

export interface LabOptions {
  /** The store under all processes; one of its own, on the engine that the environment names, when absent. */
  readonly store?: Store;
  readonly exec?: ExecPort;
  readonly workers?: number;
  readonly finishedRuns?: number;
  readonly tenants?: readonly string[];
  /** The store holds the namespace already. */
  readonly isMade?: boolean;
}

/** One life of a process with an engine. */
export interface Life {
  readonly engine: RunEngine;
  readonly store: MortalStore;
  readonly isDead: () => boolean;
  kill(): void;
}

/** A world for runs: one store, a clock that stands still, and processes that come and go. */
export class RunLab {
  readonly clock = new VirtualClock();
  readonly random: Random = seededRandom(1);
  readonly store: Store;
  readonly faults: string[] = [];
  readonly events: EventInput[] = [];
  readonly registry = new Registry();
  readonly #options: LabOptions;
  readonly #targets = new ApprovalTargets();
  readonly #place: LabPlace;
  #life: Life | undefined;

  private constructor(options: LabOptions, store: Store, place: LabPlace) {
    this.#options = options;
    this.store = store;
    this.#place = place;
  }

  /** A lab with the namespace `default` and a process that knows `definitions`. */
  static async make(definitions: readonly RunDefinition[], options: LabOptions = {}): Promise<RunLab> {
    const place = await placeOf(options);
    const lab = new RunLab(options, await place.open(), place);
    lab.boot(definitions);
    for (const tenant of options.isMade === true ? [] : (options.tenants ?? ['default'])) {
      const objects = lab.objects(tenant);
      await objects.create(
        { metadata: { name: 'default' } },
        writeRequest(lab.#served('', 'namespaces'), '', '', admin, lab.clock.now()),
      );
    }
    return lab;
  }

  get life(): Life {
    if (!this.#life) throw new Error('no process was started');
    return this.#life;
  }

  get engine(): RunEngine {
    return this.life.engine;
  }

  /** Starts a process; the one before is killed. */
  boot(definitions: readonly RunDefinition[], death?: DeathAt): Life {
    this.#life?.kill();
    const known = new RunDefinitions(definitions);
    const kinds = [
      namespaceKind,
      configMapKind,
      runKind(runRules(known, everybody)),
      approvalKind(this.#targets),
    ];
    this.registry.setAll(kinds.map(resourceOf));
    const clock = new MortalClock(this.clock);
    let isDead = false;
    const kill = (): void => {
      isDead = true;
      store.kill();
      clock.stop();
    };
    const store = new MortalStore(this.store, kill, death);
    const tenants = (this.#options.tenants ?? ['default']).map((tenant) => ({
      objects: new Objects({ store, tenant, clock, random: this.random }),
      registry: this.registry,
      definitions: known,
      recorder: { record: (event: EventInput) => this.events.push(event) },
    }));
    const { exec, workers, finishedRuns } = this.#options;
    const engine = new RunEngine({
      tenants,
      clock,
      random: this.random,
      ...(exec ? { exec } : {}),
      ...(workers === undefined ? {} : { workers }),
      ...(finishedRuns === undefined ? {} : { finishedRuns }),
      onFault: (what, error) => {
        if (!isDead)
          this.faults.push(
            `${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
          );
      },
    });
    this.#targets.register('Run', (ref) => approvalTargetOf(this.run(ref.name, ref.namespace), ref));
    this.#life = { engine, store, kill, isDead: () => isDead };
    engine.start();
    return this.#life;
  }

  /** Objects of a tenant past any process. */
  objects(tenant = 'default'): Objects {
    return new Objects({ store: this.store, tenant, clock: this.clock, random: this.random });
  }

  /** Lets virtual time pass until nothing is left to do within the horizon. */
  async settle(horizonMs = 3_600_000, until: () => boolean = () => false): Promise<void> {
    const endMs = this.clock.monotonic() + horizonMs;
    let idleTurns = 0;
    for (;;) {
      await untilStored(this.store);
      if (until()) return;
      if (this.life.isDead()) return;
      // Only a real store takes real time; what waits for the virtual clock is busy for as long as that stands still.
      if (this.engine.busy() && idleTurns < (this.#options.store ? 300 : 20)) {
        idleTurns++;
        if (idleTurns > 100) await setTimeout(1);
        continue;
      }
      idleTurns = 0;
      if (!this.clock.step(endMs - this.clock.monotonic())) return;
    }
  }

  /** Ends all, and removes the store unless it was given; without it the end of the test does. */
  async close(): Promise<void> {
    this.#life?.kill();
    await this.#place.remove();
  }

  /** Waits in real time, as programs do, while virtual time stands still. */
  async until(what: string, check: () => boolean | Promise<boolean>): Promise<void> {
    for (let i = 0; i < 1_000; i++) {
      await this.settle(0);
      if (await check()) return;
      await setTimeout(10);
    }
    throw new Error(`waited 10 s for ${what}`);
  }

  run(name: string, namespace = 'default', tenant = 'default'): Run | undefined {
    const objects = this.objects(tenant);
    const served = this.#served('plinth.dev', 'runs');
    const stored = objects.store.get(objects.key(served, namespace, name));
    const run = stored && objects.renderer.object(stored, served);
    return run && isRun(run) ? run : undefined;
  }

  /** Creates a Run as a user does through the API. */
  async create(name: string, spec: Record<string, unknown>, user: UserInfo = admin): Promise<KubeObject> {
    const request = writeRequest(this.#served('plinth.dev', 'runs'), 'default', '', user, this.clock.now());
    return (await this.objects().create({ metadata: { name }, spec }, request)).object;
  }

  /** Changes the spec of a Run as a user does. */
  async change(name: string, spec: Record<string, unknown>): Promise<void> {
    const request = writeRequest(
      this.#served('plinth.dev', 'runs'),
      'default',
      name,
      admin,
      this.clock.now(),
    );
    await this.objects().update(
      (current) => ({ ...current, spec: { ...record(current['spec']), ...spec } }),
      request,
    );
  }

  /** Approves, or rejects, the waiting step of a run as a user does. */
  async decide(
    runName: string,
    user: UserInfo,
    decision: 'Approve' | 'Reject' = 'Approve',
    more: Record<string, unknown> = {},
  ): Promise<void> {
    const waiting = this.run(runName)?.status?.waitingFor?.find((one) => one.for === 'Approval');
    const target = { kind: 'Run', name: runName, namespace: 'default', step: waiting?.step };
    const spec = { target, digest: waiting?.digest ?? '', decision, ...more };
    const name = `${runName}-${user.username}-${this.random.below(1e9)}`;
    const request = writeRequest(this.#served('plinth.dev', 'approvals'), '', '', user, this.clock.now());
    await this.objects().create({ metadata: { name }, spec }, request);
  }

  async configMap(name: string, data: Record<string, string>): Promise<void> {
    const request = writeRequest(this.#served('', 'configmaps'), 'default', '', admin, this.clock.now());
    await this.objects().create({ metadata: { name }, data }, request);
  }

  async deleteRun(name: string): Promise<void> {
    const objects = this.objects();
    const served = this.#served('plinth.dev', 'runs');
    const key = objects.key(served, 'default', name);
    const value = this.store.get(key)?.value ?? '{}';
    await this.store.commit([{ type: 'delete', key, value: () => value }]);
  }

  #served(group: string, resource: string): ServedResource {
    const type = this.registry.get(group, resource);
    const version = type?.versions[0];
    if (!type || !version) throw new Error(`${resource} is not served`);
    return { type, version };
  }
}

/** Where the store of a lab is; one that was given belongs to its giver. */
async function placeOf({ store }: LabOptions): Promise<LabPlace> {
  return store ? { open: async () => store, remove: async () => undefined } : await makeLabPlace();
}

const admin: UserInfo = { username: 'admin', groups: ['system:masters'] };

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** A clock of which the timers die with the process. */
class MortalClock implements Clock {
  readonly #clock: Clock;
  #isDead = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  monotonic(): number {
    return this.#clock.monotonic();
  }

  after(delayMs: number, fn: () => void): () => void {
    return this.#clock.after(delayMs, () => {
      if (!this.#isDead) fn();
    });
  }

  stop(): void {
    this.#isDead = true;
  }
}
