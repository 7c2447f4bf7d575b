import { createHash } from 'node:crypto';
import type { Random } from '@plinth/kernel';
import { seededRandom } from '@plinth/kernel/testing';
import { invariant } from './invariant.ts';
import { Machine } from './machine.ts';
import { checkRuns } from './run-final-state.ts';
import { RunHistory } from './run-history.ts';
import { Outside } from './run-outside.ts';
import { RunWorkload } from './run-workload.ts';
import { scriptCapability } from './script-run.ts';
import type { Row } from './simulated-disk.ts';

/** What a simulation of runs was like. Two of one seed have the same digest. */
export interface RunSimulationReport {
  readonly seed: number;
  /** Runs, children included, by how they ended. */
  readonly phases: Readonly<Record<string, number>>;
  /** Effects that happened, and calls for one that had happened already. */
  readonly effects: number;
  readonly repeats: number;
  readonly lives: number;
  readonly digest: string;
}

const secondMs = 1_000;
/** Rounds of help after which a run that has not ended never will. */
const helpRoundsMax = 60;

/**
 * Runs durable runs under a scheduler that a seed decides: scripts with steps in sequence and side by side, sleeps,
 * approvals, waits, children and compensations, while processes die at any moment, commits fail, watchers are woken late
 * and more than once, and people approve, reject, pause, cancel and ask twice. What the steps do outlives processes, and
 * is checked at every call and in the end.
 *
 * @param seed any whole number; the same seed gives the same simulation
 * @param trace told of every change once it is durable, with the virtual milliseconds since the start
 * @throws Violation saying what is wrong
 */
export async function simulateRuns(
  seed: number,
  trace: (row: Row, atMs: number) => void = () => undefined,
): Promise<RunSimulationReport> {
  const simulation = new RunSimulation(seed, trace);
  await simulation.disturb();
  await simulation.rest();
  return simulation.report();
}

class RunSimulation {
  readonly #seed: number;
  readonly #random: Random;
  readonly #machine: Machine;
  readonly #history = new RunHistory();
  readonly #outside: Outside;
  readonly #workload: RunWorkload;

  constructor(seed: number, trace: (row: Row, atMs: number) => void) {
    this.#seed = seed;
    this.#random = seededRandom(seed * 5 + 1);
    this.#machine = new Machine({
      random: this.#random,
      inner: seededRandom(seed * 5 + 2),
      capabilities: () => [scriptCapability(this.#workload.scripts, this.#outside.hand())],
      written: (row, atMs) => {
        trace(row, atMs);
        this.#history.take(row, atMs);
      },
      died: () => this.#outside.cut(),
    });
    const { clock } = this.#machine;
    this.#outside = new Outside(
      this.#history,
      () => clock.monotonic(),
      (violation) => this.#machine.report(violation),
    );
    this.#workload = new RunWorkload(seededRandom(seed * 5 + 3), this.#outside, this.#history);
  }

  /** The part with faults. */
  async disturb(): Promise<void> {
    const { faults } = this.#machine.disk;
    faults.failuresPerMille = this.#random.below(2) * this.#random.below(60);
    faults.slowMsMax = 1 + this.#random.below(40);
    await this.#machine.start();
    const acts = 40 + this.#random.below(80);
    for (let i = 0; i < acts; i++) {
      await this.#machine.pass(
        this.#random.below(4) === 0 ? this.#random.below(5 * secondMs) : this.#random.below(200),
      );
      const dice = this.#random.below(100);
      if (dice < 8) await this.#machine.restart();
      else if (dice < 9) faults.full = true;
      else if (dice < 15) faults.full = false;
      else this.#machine.act((core) => this.#workload.act(core));
    }
  }

  /** The part without: people help, and every run ends as it should. */
  async rest(): Promise<void> {
    Object.assign(this.#machine.disk.faults, { full: false, failuresPerMille: 0 });
    for (let i = 0; i < helpRoundsMax && !this.#isOver(); i++) {
      this.#machine.act((core) => this.#workload.help(core));
      await this.#machine.pass(15 * secondMs);
    }
    const { process, disk } = this.#machine;
    invariant(process !== undefined, 'no process runs');
    const { scripts, acknowledged } = this.#workload;
    checkRuns({
      core: process.core,
      disk,
      history: this.#history,
      outside: this.#outside,
      scripts,
      acknowledged,
    });
    await this.#restAgain();
  }

  report(): RunSimulationReport {
    const hash = createHash('sha256');
    for (const { revision, deleted, key, value } of this.#machine.disk.history) {
      hash.update(`${revision} ${deleted} ${key} ${value}\n`);
    }
    const phases: Record<string, number> = {};
    for (const { id } of this.#workload.scripts.values()) {
      const phase = this.#history.run(id)?.status?.phase ?? 'none';
      phases[phase] = (phases[phase] ?? 0) + 1;
    }
    const { effects, repeats } = this.#outside;
    return {
      seed: this.#seed,
      phases,
      effects,
      repeats,
      lives: this.#machine.lives,
      digest: hash.digest('hex').slice(0, 16),
    };
  }

  #isOver(): boolean {
    const { scripts, acknowledged, asked } = this.#workload;
    if (acknowledged.size < asked) return false;
    return [...scripts.keys()].every((id) => !this.#history.run(id) || this.#history.isFinished(id));
  }

  /** A new process finds nothing to do for runs that have ended. */
  async #restAgain(): Promise<void> {
    const { effects, repeats } = this.#outside;
    await this.#machine.restart();
    await this.#machine.pass(30 * secondMs);
    const { effects: after, repeats: again } = this.#outside;
    invariant(
      effects === after && repeats === again,
      'a new process carries out steps of runs that have ended',
    );
  }
}
