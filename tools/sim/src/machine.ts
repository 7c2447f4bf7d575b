import type { Capability, Random } from '@plinth/kernel';
import { type Core, VirtualClock } from '@plinth/kernel/testing';
import { Violation } from './invariant.ts';
import { type Row, SimulatedDisk } from './simulated-disk.ts';
import { isExpected, SimulatedProcess, textOf } from './simulated-process.ts';

/** What a machine stands on. */
export interface MachineOptions {
  /** Decides how long it is down between two processes. */
  readonly random: Random;
  /** Decides what goes on inside the processes. */
  readonly inner: Random;
  /** The capabilities of a new process. */
  readonly capabilities: () => readonly Capability[];
  /** Told of every change once it is durable, with the virtual milliseconds since the start. */
  readonly written: (row: Row, atMs: number) => void;
  /** The process has died. */
  readonly died?: () => void;
  /** A process has started. */
  readonly started?: (process: SimulatedProcess) => void;
}

const secondMs = 1_000;
/** Starts in a row that may fail before it counts as one that never succeeds. */
const startsMax = 200;

/** A disk, a clock, and processes that run on them one after the other. */
export class Machine {
  readonly clock = new VirtualClock();
  readonly disk: SimulatedDisk;
  readonly #options: MachineOptions;
  #process: SimulatedProcess | undefined;
  #violation: Violation | undefined;
  /** Processes that ran so far. */
  lives = 0;

  constructor(options: MachineOptions) {
    this.#options = options;
    this.disk = new SimulatedDisk((row) => options.written(row, this.clock.monotonic()));
  }

  get process(): SimulatedProcess | undefined {
    return this.#process;
  }

  /** Something is wrong; the simulation ends when time passes next. */
  report(violation: Violation): void {
    this.#violation ??= violation;
  }

  /** Begins an operation on the process that runs; what it is refused for by faults and races is no matter. */
  act(operation: (core: Core) => Promise<void>): void {
    const process = this.#process;
    if (!process) return;
    operation(process.core).catch((error: unknown) => {
      if (error instanceof Violation) this.report(error);
      else if (!process.dead && !isExpected(error)) this.report(new Violation(textOf(error)));
    });
  }

  /** Lets time pass. @throws Violation that was reported meanwhile */
  async pass(durationMs: number): Promise<void> {
    await this.clock.advance(durationMs);
    if (this.#violation) throw this.#violation;
  }

  /** Kills the process at this instant and starts another one a little later. */
  async restart(): Promise<void> {
    this.#process?.kill();
    this.#process = undefined;
    this.#options.died?.();
    await this.pass(this.#options.random.below(3 * secondMs));
    await this.start();
  }

  /** Starts a process, as often as it takes while the disk fails. */
  async start(): Promise<void> {
    for (let i = 0; i < startsMax; i++) {
      const { process, started } = SimulatedProcess.start(
        this.disk,
        this.clock,
        this.#options.inner,
        this.#options.capabilities(),
        (violation) => this.report(violation),
      );
      this.lives++;
      if (await this.#hasStarted(started)) {
        this.#process = process;
        this.#options.started?.(process);
        return;
      }
      process.kill();
      this.#options.died?.();
      await this.pass(secondMs);
      if (i > 10) this.disk.faults.full = false;
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
      await this.pass(5);
      if (!outcome) continue;
      if (!('error' in outcome)) return true;
      if (!isExpected(outcome.error)) throw new Violation(`a start failed: ${textOf(outcome.error)}`);
      return false;
    }
    throw new Violation('a start does not end');
  }
}
