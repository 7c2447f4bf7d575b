import { createHash } from 'node:crypto';
import type { Random } from '@plinth/kernel';
import { type Core, seededRandom, VirtualClock } from '@plinth/kernel/testing';
import { Chronicle } from './chronicle.ts';
import { checkFinalState } from './final-state.ts';
import { invariant, Violation } from './invariant.ts';
import { type Row, SimulatedDisk } from './simulated-disk.ts';
import { isExpected, SimulatedProcess, textOf } from './simulated-process.ts';
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
/** Starts in a row that may fail before it counts as one that never succeeds. */
const startsMax = 200;

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
  readonly #clock = new VirtualClock();
  readonly #disk: SimulatedDisk;
  readonly #random: Random;
  readonly #machine: Random;
  readonly #workload: Workload;
  readonly #source = new SourceDirectory();
  readonly #tails: readonly Tail[];
  #process: SimulatedProcess | undefined;
  #violation: Violation | undefined;
  #lives = 0;

  constructor(seed: number, trace: (row: Row, atMs: number) => void) {
    this.#seed = seed;
    const chronicle = new Chronicle((uid) => this.#workload.deeds.deletes.get(uid) ?? 0);
    this.#disk = new SimulatedDisk((row) => {
      const atMs = this.#clock.monotonic();
      trace(row, atMs);
      chronicle.take(row, atMs);
    });
    this.#random = seededRandom(seed * 3 + 1);
    this.#machine = seededRandom(seed * 3 + 2);
    this.#workload = new Workload(
      seededRandom(seed * 3 + 3),
      () => this.#clock.now(),
      () => this.#disk.revision,
      this.#source,
    );
    const buckets = ['core/configmaps', 'core/namespaces', 'apiextensions.k8s.io/customresourcedefinitions'];
    this.#tails = buckets.map((bucket) => new Tail(`default/${bucket}/`, this.#disk));
  }

  /** The part with faults. */
  async disturb(): Promise<void> {
    this.#disk.faults.failuresPerMille = this.#random.below(2) * this.#random.below(60);
    this.#disk.faults.slowMsMax = 1 + this.#random.below(40);
    await this.#start();
    this.#act((core) => this.#workload.begin(core));
    const acts = 100 + this.#random.below(300);
    for (let i = 0; i < acts; i++) {
      // Operations come in bursts: most follow at once upon the one before.
      await this.#pass(
        this.#random.below(5) === 0 ? this.#random.below(3 * secondMs) : this.#random.below(20),
      );
      const dice = this.#random.below(100);
      if (dice < 2) await this.#restart();
      else if (dice < 3) this.#disk.faults.full = true;
      else if (dice < 10) this.#disk.faults.full = false;
      else this.#act((core) => this.#workload.act(core));
    }
  }

  /** The part without: everything comes to rest, is right, and stays as it is. */
  async rest(): Promise<void> {
    Object.assign(this.#disk.faults, { full: false, failuresPerMille: 0 });
    for (let i = 0; i < 8; i++) {
      await this.#pass(minuteMs);
      this.#act((core) => this.#workload.release(core));
      this.#act((core) => this.#workload.restore(core));
    }
    await this.#pass(restMs);
    await this.#check();
    const before = this.#disk.revision;
    await this.#restart();
    await this.#pass(3 * minuteMs);
    await this.#check();
    const writes = this.#disk.history.filter(({ revision, key }) => revision > before && isLasting(key));
    invariant(
      writes.length === 0,
      `at rest, a new process writes ${writes.map(({ key }) => key).join(', ')}`,
    );
  }

  report(): SimulationReport {
    const hash = createHash('sha256');
    for (const { revision, deleted, key, value } of this.#disk.history) {
      hash.update(`${revision} ${deleted} ${key} ${value}\n`);
    }
    const { asked, done } = this.#workload.deeds;
    const { revision } = this.#disk;
    return {
      seed: this.#seed,
      asked,
      done,
      lives: this.#lives,
      revision,
      digest: hash.digest('hex').slice(0, 16),
    };
  }

  #act(operation: (core: Core) => Promise<void>): void {
    const process = this.#process;
    if (!process) return;
    operation(process.core).catch((error: unknown) => {
      if (error instanceof Violation) this.#violation ??= error;
      else if (!process.dead && !isExpected(error)) this.#violation ??= new Violation(textOf(error));
    });
  }

  async #pass(durationMs: number): Promise<void> {
    await this.#clock.advance(durationMs);
    if (this.#violation) throw this.#violation;
  }

  async #restart(): Promise<void> {
    this.#process?.kill();
    this.#process = undefined;
    for (const tail of this.#tails) tail.cut();
    this.#source.cut();
    await this.#pass(this.#random.below(3 * secondMs));
    await this.#start();
  }

  async #start(): Promise<void> {
    for (let i = 0; i < startsMax; i++) {
      const { process, started } = SimulatedProcess.start(
        this.#disk,
        this.#clock,
        this.#machine,
        [this.#source.capability()],
        (violation) => (this.#violation ??= violation),
      );
      this.#lives++;
      if (await this.#hasStarted(started)) {
        this.#process = process;
        for (const tail of this.#tails) tail.resume(process.store);
        return;
      }
      process.kill();
      await this.#pass(secondMs);
      if (i > 10) this.#disk.faults.full = false;
    }
    throw new Violation(`${startsMax} starts in a row failed`);
  }

  /** Lets time pass until a start has succeeded (true) or was given up because the disk failed. */
  async #hasStarted(started: Promise<void>): Promise<boolean> {
    let outcome: { readonly error?: unknown } | undefined;
    started.then(
      () => (outcome = {}),
      (error: unknown) => (outcome = { error }),
    );
    for (let i = 0; i < 1_000; i++) {
      await this.#pass(5);
      if (!outcome) continue;
      if (!('error' in outcome)) return true;
      if (!isExpected(outcome.error)) throw new Violation(`a start failed: ${textOf(outcome.error)}`);
      return false;
    }
    throw new Violation('a start does not end');
  }

  async #check(): Promise<void> {
    const process = this.#process;
    if (!process) throw new Violation('no process runs');
    // Periodic work may be under way at this very moment.
    for (let i = 0; i < 100 && process.core.control.busy(); i++) await this.#pass(50);
    for (const tail of this.#tails) tail.read();
    const { core, store } = process;
    checkFinalState({
      core,
      store,
      disk: this.#disk,
      deeds: this.#workload.deeds,
      declared: [...this.#source.declared.values()],
      nowMs: this.#clock.now(),
    });
  }
}

/** Events tell what happened; they come and go without anything being wrong. */
function isLasting(key: string): boolean {
  return !key.startsWith('default/core/events/');
}
