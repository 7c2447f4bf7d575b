import { createHash } from 'node:crypto';
import type { Random } from '@plinth/kernel';
import { seededRandom } from '@plinth/kernel/testing';
import { Chronicle } from './chronicle.ts';
import { checkFinalState } from './final-state.ts';
import { invariant, Violation } from './invariant.ts';
import { Machine } from './machine.ts';
import type { Row } from './simulated-disk.ts';
import { SourceDirectory } from './source-directory.ts';
import { Tail } from './tail.ts';
import { Workload } from './workload.ts';

/** What a run was like. Two runs of one seed have the same digest. */
export interface SimulationReport {
  readonly seed: number;
  /** Operations that clients asked for, and those that were answered with success. */
  readonly asked: number;
  readonly done: number;
  /** Processes that ran one after the other. */
  readonly lives: number;
  readonly revision: number;
  /** Names the history, byte for byte. */
  readonly digest: string;
}

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
/** Longer than the longest back-off, after which a controller looks again at what it gave up. */
const restMs = 25 * minuteMs;

/**
 * Runs the kernel under a scheduler that a seed decides: commits take time and fail, watchers are woken late and in any
 * order, timers are late, processes die at any moment, and clients do what they like. When all that has ended and the
 * control plane has come to rest, everything must be right, and a new process must find nothing to do.
 *
 * @param seed any whole number; the same seed gives the same run
 * @param trace told of every change once it is durable, with the virtual milliseconds since the start
 * @throws Violation saying what is wrong
 */
export async function simulate(
  seed: number,
  trace: (row: Row, atMs: number) => void = () => undefined,
): Promise<SimulationReport> {
  const simulation = new Simulation(seed, trace);
  await simulation.disturb();
  await simulation.rest();
  return simulation.report();
}

class Simulation {
  readonly #seed: number;
  readonly #random: Random;
  readonly #machine: Machine;
  readonly #workload: Workload;
  readonly #source = new SourceDirectory();
  readonly #tails: readonly Tail[];

  constructor(seed: number, trace: (row: Row, atMs: number) => void) {
    this.#seed = seed;
    const chronicle = new Chronicle((uid) => this.#workload.deeds.deletes.get(uid) ?? 0);
    this.#random = seededRandom(seed * 3 + 1);
    this.#machine = new Machine({
      random: this.#random,
      inner: seededRandom(seed * 3 + 2),
      capabilities: () => [this.#source.capability()],
      written: (row, atMs) => {
        trace(row, atMs);
        chronicle.take(row, atMs);
      },
      died: () => {
        for (const tail of this.#tails) tail.cut();
        this.#source.cut();
      },
      started: ({ store }) => {
        for (const tail of this.#tails) tail.resume(store);
      },
    });
    const { clock, disk } = this.#machine;
    this.#workload = new Workload(
      seededRandom(seed * 3 + 3),
      () => clock.now(),
      () => disk.revision,
      this.#source,
    );
    const buckets = ['core/configmaps', 'core/namespaces', 'apiextensions.k8s.io/customresourcedefinitions'];
    this.#tails = buckets.map((bucket) => new Tail(`default/${bucket}/`, disk));
  }

  /** The part with faults. */
  async disturb(): Promise<void> {
    const { faults } = this.#machine.disk;
    faults.failuresPerMille = this.#random.below(2) * this.#random.below(60);
    faults.slowMsMax = 1 + this.#random.below(40);
    await this.#machine.start();
    this.#machine.act((core) => this.#workload.begin(core));
    const acts = 100 + this.#random.below(300);
    for (let i = 0; i < acts; i++) {
      // Operations come in bursts: most follow at once upon the one before.
      await this.#machine.pass(
        this.#random.below(5) === 0 ? this.#random.below(3 * secondMs) : this.#random.below(20),
      );
      const dice = this.#random.below(100);
      if (dice < 2) await this.#machine.restart();
      else if (dice < 3) faults.full = true;
      else if (dice < 10) faults.full = false;
      else this.#machine.act((core) => this.#workload.act(core));
    }
  }

  /** The part without: everything comes to rest, is right, and stays as it is. */
  async rest(): Promise<void> {
    Object.assign(this.#machine.disk.faults, { full: false, failuresPerMille: 0 });
    for (let i = 0; i < 8; i++) {
      await this.#machine.pass(minuteMs);
      this.#machine.act((core) => this.#workload.release(core));
      this.#machine.act((core) => this.#workload.restore(core));
    }
    await this.#machine.pass(restMs);
    await this.#check();
    const before = this.#machine.disk.revision;
    await this.#machine.restart();
    await this.#machine.pass(3 * minuteMs);
    await this.#check();
    const writes = this.#machine.disk.history.filter(
      ({ revision, key }) => revision > before && isLasting(key),
    );
    invariant(
      writes.length === 0,
      `at rest, a new process writes ${writes.map(({ key }) => key).join(', ')}`,
    );
  }

  report(): SimulationReport {
    const hash = createHash('sha256');
    for (const { revision, deleted, key, value } of this.#machine.disk.history) {
      hash.update(`${revision} ${deleted} ${key} ${value}\n`);
    }
    const { asked, done } = this.#workload.deeds;
    const { revision } = this.#machine.disk;
    return {
      seed: this.#seed,
      asked,
      done,
      lives: this.#machine.lives,
      revision,
      digest: hash.digest('hex').slice(0, 16),
    };
  }

  async #check(): Promise<void> {
    const { process } = this.#machine;
    if (!process) throw new Violation('no process runs');
    // Periodic work may be under way at this very moment.
    for (let i = 0; i < 100 && process.core.control.busy(); i++) await this.#machine.pass(50);
    for (const tail of this.#tails) tail.read();
    const { core, store } = process;
    checkFinalState({
      core,
      store,
      disk: this.#machine.disk,
      deeds: this.#workload.deeds,
      declared: [...this.#source.declared.values()],
      nowMs: this.#machine.clock.now(),
    });
  }
}

/** Events tell what happened; they come and go without anything being wrong. */
function isLasting(key: string): boolean {
  return !key.startsWith('default/core/events/');
}
