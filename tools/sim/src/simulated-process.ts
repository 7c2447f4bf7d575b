import { type Capability, type Clock, type Random, StatusError } from '@plinth/kernel';
import { assembleCore, type Core, StoreError } from '@plinth/kernel/testing';
import { Violation } from './invariant.ts';
import { MortalClock } from './mortal-clock.ts';
import type { SimulatedDisk } from './simulated-disk.ts';
import { SimulatedStore } from './simulated-store.ts';

/** Statuses that faults of the disk, races and refusals lead to; any other one is a bug. */
const expectedCodes = new Set([403, 404, 405, 409, 429, 503]);
/** How late timers fire at most, in milliseconds. */
const lateMsMax = 3;
/** Events that the store keeps; always more than come while a follower inside the process is not woken. */
const historyLengths = [300, 2_000] as const;

/** One life of the control plane, from a start to its death. */
export class SimulatedProcess {
  readonly store: SimulatedStore;
  readonly #clock: MortalClock;
  #core: Core | undefined;
  #dead = false;

  private constructor(store: SimulatedStore, clock: MortalClock) {
    this.store = store;
    this.#clock = clock;
  }

  /**
   * Starts a control plane on what is on the disk. The caller lets virtual time pass meanwhile.
   *
   * @param report told of every fault that is not one of those that the simulation makes
   */
  static start(
    disk: SimulatedDisk,
    clock: Clock,
    random: Random,
    capabilities: readonly Capability[],
    report: (violation: Violation) => void,
  ): { process: SimulatedProcess; started: Promise<void> } {
    const own = new MortalClock(clock, random, lateMsMax);
    const historyEvents = historyLengths[random.below(historyLengths.length)] ?? 2_000;
    const store = new SimulatedStore(disk, own, random, historyEvents);
    const process = new SimulatedProcess(store, own);
    return { process, started: process.#assemble(random, capabilities, report) };
  }

  get dead(): boolean {
    return this.#dead;
  }

  /** @throws Violation when the process has not started */
  get core(): Core {
    if (!this.#core) throw new Violation('the process has not started');
    return this.#core;
  }

  /** Ends the process as SIGKILL does: nothing it has begun goes on. */
  kill(): void {
    this.#dead = true;
    this.#clock.stop();
    this.store.kill();
  }

  async #assemble(
    random: Random,
    capabilities: readonly Capability[],
    report: (violation: Violation) => void,
  ): Promise<void> {
    const core = await assembleCore(this.store, {
      capabilities,
      clock: this.#clock,
      random,
      dataDirectory: '/nonexistent',
      rootCa: 'the root of trust',
      authenticateToken: () => undefined,
      issueToken: () => Promise.reject(new Violation('nobody asks for tokens')),
      onFault: (what, error) => {
        if (!this.#dead && !isExpected(error)) report(new Violation(`${what}: ${textOf(error)}`));
      },
    });
    this.#core = core;
    core.control.start();
    core.runs.start();
  }
}

/** Whether an error follows from faults of the disk or from races, not from a bug. */
export function isExpected(error: unknown): boolean {
  if (error instanceof StatusError) return expectedCodes.has(error.code);
  if (error instanceof StoreError) return error.code === 'compacted' || error.code === 'read-only';
  // What the namespace controller tells of deletes that were refused.
  return error instanceof Error && /^content of namespace .* was not deleted/.test(error.message);
}

/** An error with where it came from. */
export function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
