import { join } from 'node:path';
import type { Clock } from '../../ports/clock.ts';
import {
  isStop,
  ProcessError,
  type ProcessExit,
  type Processes,
  type ReapResult,
} from '../../ports/processes.ts';
import type { ExecPort, ExecRequest } from '../exec-port.ts';
import { RunLogs } from './log/run-logs.ts';
import { type LedgerEntry, ProcessLedger } from './process-ledger.ts';
import { Redactor } from './redaction/redactor.ts';
import { StepOutput } from './step-output.ts';
import { Turns } from './turns.ts';

/** A program that a step of a run executes, with what only some callers ask for. */
export interface ProgramRequest extends ExecRequest {
  /** Counts the attempts at the step, from 1; for its log. */
  readonly attempt?: number;
  /** Variables of Plinth's own environment that the program gets, such as `PATH` and `HOME`. `env` goes before them. */
  readonly inherit?: readonly string[];
  /** Milliseconds between SIGTERM and SIGKILL; 5,000 unless told. */
  readonly graceMs?: number;
}

/** How a program ended and what it printed, without the secrets. */
export interface ProgramResult extends ProcessExit {
  /** The first 64 KiB of standard output. */
  readonly stdout: string;
  readonly isStdoutTruncated: boolean;
  /** The last 64 KiB of standard error. */
  readonly stderr: string;
  readonly isStderrTruncated: boolean;
  /** Bytes of output that are missing in the log because it could not be written. */
  readonly logLostBytes: number;
  /** Why the end of the log is not durable; absent when it is. */
  readonly logFailure?: string;
}

/** A program of an earlier process of Plinth, and what became of it. */
export interface Recovered extends ReapResult {
  readonly runUid: string;
  readonly step: string;
}

/** Milliseconds between looks at a program that outlived its Plinth. */
const livesEveryMs = 200;

/** What an executor needs. */
export interface ExecutorOptions {
  /** A directory of its own, for logs and for what is known of running programs. */
  readonly directory: string;
  readonly processes: Processes;
  readonly clock: Clock;
  /** Plinth's own environment, of which programs inherit what they name. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * Executes the programs of runs: each with a log that can be followed, secrets taken out of whatever it prints, and found
 * again should Plinth be killed. At the start, `recover` goes before the first `exec`.
 */
export class Executor implements ExecPort {
  readonly logs: RunLogs;
  readonly #options: ExecutorOptions;
  readonly #ledger: ProcessLedger;
  readonly #turns = new Turns();

  constructor(options: ExecutorOptions) {
    this.#options = options;
    this.logs = new RunLogs(join(options.directory, 'logs'), options.clock);
    this.#ledger = new ProcessLedger(join(options.directory, 'processes'));
  }

  /**
   * Runs a program to its end. An exit code other than 0, a time-out and a cancellation are results, not errors.
   *
   * A full disk keeps a program from being started. It does not stop one that runs: half of what it does is worse than a
   * log with a hole.
   * @throws ProcessError when it could not be started; ExecError when its log cannot be written, or a secret cannot be
   * looked for
   */
  async exec(request: ProgramRequest): Promise<ProgramResult> {
    const { runUid, step, attempt = 1, secrets = [], format } = request;
    const redactor = await Redactor.create(secrets);
    const log = await this.logs.open(runUid, step, attempt);
    const output = new StepOutput({ clock: this.#options.clock, turns: this.#turns, redactor, log, format });
    let exit: ProcessExit;
    try {
      exit = await this.#execute(request, output);
    } catch (error) {
      await output.end();
      const failure = error instanceof ProcessError ? withoutSecrets(error, redactor) : error;
      await log.end({
        message: failure instanceof Error ? redactor.redact(failure.message) : String(failure),
      });
      throw failure;
    }
    await output.end();
    const logFailure = await log.end({
      ...(exit.exitCode === undefined ? {} : { exitCode: exit.exitCode }),
      ...(exit.signal === undefined ? {} : { signal: exit.signal }),
      ...(exit.timedOut ? { timedOut: true } : {}),
      ...(exit.cancelled ? { cancelled: true } : {}),
    });
    return {
      ...exit,
      stdout: output.stdout.text(),
      isStdoutTruncated: output.stdout.isTruncated,
      stderr: output.stderr.text(),
      isStderrTruncated: output.stderr.isTruncated,
      logLostBytes: log.lostBytes,
      ...(logFailure === undefined ? {} : { logFailure }),
    };
  }

  /** Removes the logs of a run. @throws ExecError `exec.log-busy` while one of its programs runs */
  async remove(runUid: string): Promise<void> {
    await this.logs.remove(runUid);
  }

  /**
   * Ends the programs that an earlier process of Plinth left running: it was killed, and so are they. What cannot be
   * ended, or not be told apart on this platform, stays on record and is tried again at the next start.
   */
  async recover(): Promise<Recovered[]> {
    const entries = await this.#ledger.list();
    return Promise.all(entries.filter(({ process }) => !process.outlives).map((entry) => this.#reap(entry)));
  }

  /**
   * Waits for programs that outlived the process which started them, and takes them off the record. One that is to be ended is
   * told so, and killed after the grace.
   */
  async settle(runUid: string, step: string, signal: AbortSignal): Promise<void> {
    const { processes, clock } = this.#options;
    const entries = await this.#ledger.list();
    const isLeft = (): boolean => signal.aborted && isStop(signal.reason);
    for (const entry of entries.filter((one) => one.runUid === runUid && one.step === step)) {
      while (!signal.aborted && (await processes.lives(entry.process))) {
        await new Promise<void>((resolve) => {
          clock.after(livesEveryMs, resolve);
        });
      }
      // Who stops leaves it to the next start.
      if (isLeft()) return;
      await this.#reap(entry);
    }
  }

  async #reap({ runUid, step, process }: LedgerEntry): Promise<Recovered> {
    const result = await this.#options.processes.reap(process);
    if (result.outcome === 'gone' || result.outcome === 'killed') await this.#ledger.remove(process.mark);
    return { runUid, step, ...result };
  }

  async #execute(request: ProgramRequest, output: StepOutput): Promise<ProcessExit> {
    const { runUid, step, file, args, cwd, stdin, timeoutMs, graceMs, stopSignal, outlives, signal } =
      request;
    let mark: string | undefined;
    let exit: ProcessExit | undefined;
    try {
      exit = await this.#options.processes.run({
        file,
        args,
        env: this.#environmentFor(request),
        ...(cwd === undefined ? {} : { cwd }),
        ...(stdin === undefined ? {} : { stdin }),
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
        ...(graceMs === undefined ? {} : { graceMs }),
        ...(stopSignal === undefined ? {} : { stopSignal }),
        ...(outlives === undefined ? {} : { outlives }),
        ...(signal === undefined ? {} : { signal }),
        onOutput: (stream, bytes) => output.take(stream, bytes),
        onRecord: async (process) => {
          mark = process.mark;
          const entered = this.#ledger.enter({ runUid, step, process });
          // Once it runs it is not stopped for this: by its mark it is found all the same.
          await (process.pid === undefined ? entered : entered.catch(() => undefined));
        },
      });
      return exit;
    } finally {
      const isDead = exit === undefined || exit.survivors.length === 0;
      if (mark !== undefined && isDead) await this.#ledger.remove(mark);
    }
  }

  #environmentFor({ env = {}, inherit = [] }: ProgramRequest): Record<string, string> {
    const variables: Record<string, string> = {};
    for (const name of inherit) {
      const value = this.#options.environment[name];
      if (value !== undefined) variables[name] = value;
    }
    return { ...variables, ...env };
  }
}

/** The names of programs and directories in a message may have been put together from secrets. */
function withoutSecrets({ code, message, hint }: ProcessError, redactor: Redactor): ProcessError {
  return new ProcessError(code, redactor.redact(message), hint);
}
