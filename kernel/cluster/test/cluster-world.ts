import { MemoryStore } from '../../auth/test/memory-store.ts';
import { seededRandom } from '../../control/test/seeded-random.ts';
import { VirtualClock } from '../../control/test/virtual-clock.ts';
import type { Clock } from '../../ports/clock.ts';
import {
  type Append,
  type Store,
  type StoredObject,
  StoreError,
  type StoreOperation,
} from '../../store/port.ts';
import { untilStored } from '../../store/test/lab-store.ts';
import { Cluster } from '../cluster.ts';
import type { Fence } from '../fence.ts';
import { leasePrefix, parseRecord } from '../lease-record.ts';
import type { Role, Unit, UnitWork } from '../ownership.ts';

/** Processes that share one store and one virtual clock, each of which can be stopped, killed and cut off. */
export class ClusterWorld {
  readonly clock: VirtualClock;
  readonly store: Store;
  readonly processes: Process[] = [];
  isStoreAway = false;

  /** @param store what they share; in memory when absent */
  constructor(store: Store = new MemoryStore()) {
    this.store = store;
    this.clock = new VirtualClock(undefined, () => untilStored(store));
  }

  /** Starts a process that does some units. */
  async start(units: readonly Unit[], roles: readonly Role[] = ['controllers', 'workers']): Promise<Process> {
    const process = this.make(roles);
    for (const unit of units) process.offer(unit);
    await process.cluster.start('');
    await this.clock.advance(1);
    return process;
  }

  /** A process that is not started yet. */
  make(roles: readonly Role[] = ['controllers', 'workers'], version = '1.0.0'): Process {
    const process = new Process(this, this.processes.length, roles, version);
    this.processes.push(process);
    return process;
  }

  /** Who has a unit according to its record. */
  holder(unit: string): string {
    const stored = this.store.get(leasePrefix + unit);
    const record = stored && parseRecord(stored);
    return record?.type === 'unit' ? record.holder : '';
  }

  /** The processes that believe at this instant that they may work for a unit. */
  holding(unit: string): Process[] {
    return this.processes.filter((process) => !process.isDead && process.fences.get(unit)?.holds() === true);
  }
}

export class Process {
  readonly cluster: Cluster;
  /** The store and the clock as this process has them: nothing comes of them while it is stopped. */
  readonly store: Store;
  readonly clock: Clock;
  /** The fences of the units whose work runs, and what happened to units in order. */
  readonly fences = new Map<string, Fence>();
  readonly log: string[] = [];
  readonly faults: string[] = [];
  readonly notices: string[] = [];
  /** What `yield` answers; by default the work ends. */
  yields = true;
  /** How long `yield` takes, in milliseconds. */
  yieldMs = 0;
  isDead = false;
  #isPaused = false;
  #timers: (() => void)[] = [];
  #events: (() => void)[] = [];
  readonly #leaves: (() => void)[] = [];
  readonly #world: ClusterWorld;

  constructor(world: ClusterWorld, index: number, roles: readonly Role[], version: string) {
    this.#world = world;
    this.store = this.#newStore();
    this.clock = this.#newClock();
    this.cluster = new Cluster({
      store: this.store,
      clock: this.clock,
      random: seededRandom(index + 1),
      host: `host-${index}`,
      roles,
      version,
      onNotice: (notice) => this.notices.push(notice),
      onFault: (what, error) => this.faults.push(`${what}: ${String(error)}`),
    });
  }

  offer(unit: Unit): void {
    const { name } = unit;
    const work: UnitWork = {
      begin: (fence) => {
        if (fence) this.fences.set(name, fence);
        this.log.push(`begin ${name}`);
      },
      yield: async () => {
        if (this.yieldMs > 0) await new Promise<void>((resolve) => this.clock.after(this.yieldMs, resolve));
        if (!this.yields) return false;
        this.fences.delete(name);
        this.log.push(`yield ${name}`);
        return true;
      },
      abandon: () => {
        this.fences.delete(name);
        this.log.push(`abandon ${name}`);
      },
    };
    this.#leaves.push(this.cluster.join(unit, work));
  }

  /** Stops the process as SIGSTOP does: nothing of it runs, and time goes on. */
  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    if (this.isDead) return;
    this.#isPaused = false;
    // As the event loop has it: timers that are due come before what has come in.
    for (const fn of [...this.#timers.splice(0), ...this.#events.splice(0)]) fn();
  }

  kill(): void {
    this.isDead = true;
    this.#isPaused = true;
    this.#timers = [];
    this.#events = [];
  }

  async leave(): Promise<void> {
    this.isDead = true;
    for (const leave of this.#leaves) leave();
    await this.cluster.close();
  }

  #run(fn: () => void, deferred: (() => void)[]): void {
    if (!this.#isPaused) fn();
    else if (!this.isDead) deferred.push(fn);
  }

  #turn(): Promise<void> {
    return new Promise((resolve) => this.#run(resolve, this.#events));
  }

  #newClock(): Clock {
    const { clock } = this.#world;
    return {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      after: (delayMs, fn) => {
        let isCancelled = false;
        const cancel = clock.after(delayMs, () =>
          this.#run(() => {
            if (!isCancelled) fn();
          }, this.#timers),
        );
        return () => {
          isCancelled = true;
          cancel();
        };
      },
    };
  }

  #newStore(): Store {
    const { store } = this.#world;
    const commit = async (
      operations: readonly StoreOperation[],
      appends: readonly Append[] = [],
    ): Promise<StoredObject[]> => {
      await this.#turn();
      if (this.#world.isStoreAway) throw new StoreError('read-only', 'the database does not answer');
      try {
        return await store.commit(operations, appends);
      } finally {
        await this.#turn();
      }
    };
    const watch: Store['watch'] = (prefix, from, wake) =>
      store.watch(prefix, from, () => this.#run(wake, this.#events));
    return new Proxy(store, {
      get: (target, property) => {
        if (property === 'commit') return commit;
        if (property === 'watch') return watch;
        const value: unknown = Reflect.get(target, property);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }
}
