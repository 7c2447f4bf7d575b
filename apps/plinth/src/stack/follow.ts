import { setTimeout } from 'node:timers/promises';
import { ApiFailure } from '../api/api-client.ts';
import { memberOf } from '../api/json.ts';
import { Failure, reportOf } from '../cli/failure.ts';
import type { Terminal } from '../cli/terminal.ts';
import { RunLog } from '../run/run-log.ts';
import type { ShownRun } from './shown-run.ts';
import type { ShownStack } from './shown-stack.ts';
import type { Request, StackClient } from './stack-client.ts';
import { askedText } from './standing.ts';
import { spanText } from './times.ts';

/** How often is looked, in milliseconds: often enough to seem at once, and one read of an object each. */
const lookEveryMs = 400;
/** How long a request may wait to be taken up while no run is under way: as long as git may take for a source, and some more. */
const takenUpMsMax = 180_000;
/** How long a stack may take to tell of a run that has ended; it is told as the run has it then. */
const toldMsMax = 10_000;

/** @throws Failure for a stack of which nothing is started now */
export function requireStartable({ namespace, name, isDeleted, isSuspended, ready }: ShownStack): void {
  if (isDeleted) {
    throw new Failure(`stack ${name} is being deleted: ${ready.message}`, {
      hint: `see: kubectl get stack ${name} -n ${namespace}`,
    });
  }
  if (!isSuspended) return;
  throw new Failure(`stack ${name} is suspended: nothing is started while spec.suspend is true`, {
    hint: `let it go on: kubectl patch stack ${name} -n ${namespace} --type=merge -p '{"spec":{"suspend":false}}'`,
  });
}

/**
 * Asks for a run of a stack, and waits until it has been started.
 * @returns its name
 * @throws Failure with what stands in the way
 */
export async function startRun(
  terminal: Terminal,
  client: StackClient,
  name: string,
  what: Request,
): Promise<string> {
  const { value, before } = await client.request(name, what);
  const runOf = (stack: ShownStack): string => (what === 'drift' ? stack.driftRun : stack.run);
  const startedAt = performance.now();
  for (;;) {
    const stack = await client.read(name);
    const run = runOf(stack);
    if (memberOf(stack.requests, what) === value) {
      if (run !== runOf(before)) return run;
      requireStartable(stack);
      throw new Failure(
        `stack ${name} cannot be planned now: ${stack.ready.reason}: ${stack.ready.message}`,
        {
          hint: 'it is planned by itself as soon as that is put right',
        },
      );
    }
    const active = await client.run(stack.run);
    const isBusy = active !== undefined && !active.isFinished;
    const waitedMs = performance.now() - startedAt;
    if (!isBusy && waitedMs > takenUpMsMax) {
      throw new Failure(`nobody has looked at stack ${name} for ${spanText(waitedMs)}`, {
        hint: 'check that a process of the control plane has the role controllers; what was asked for is done when one has',
      });
    }
    terminal.progress(isBusy ? `run ${stack.run} comes to its end first` : 'the source is being read');
    await setTimeout(lookEveryMs);
  }
}

/** A stack once it tells of a run that has ended, which it does a moment later. */
export async function afterRun(client: StackClient, name: string, run: ShownRun): Promise<ShownStack> {
  const startedAt = performance.now();
  for (;;) {
    const stack = await client.read(name);
    const isTold = !run.isFinished || stack.ended.includes(run.name);
    if (isTold || performance.now() - startedAt > toldMsMax) return stack;
    await setTimeout(lookEveryMs);
  }
}

/** Follows a run of a stack: its log to standard error, and where it is while nothing is printed. */
export class RunFollower {
  readonly #terminal: Terminal;
  readonly #client: StackClient;
  readonly #name: string;
  readonly #log: RunLog;
  #isLogRefused = false;

  constructor(terminal: Terminal, client: StackClient, name: string) {
    this.#terminal = terminal;
    this.#client = client;
    this.#name = name;
    this.#log = new RunLog(client.api, client.runPath(name), {
      step: (step) => this.#tell(terminal.paint('dim', `── ${step}`, 'stderr')),
      record: (_line, text) => {
        if (!terminal.json) terminal.aside(text);
      },
    });
  }

  /**
   * Follows the run until it has ended, or stands where that is enough.
   * @param options `step`: only the log of this one; `endsMs`: when to leave it by `performance.now()`
   * @returns the run as it is then
   */
  async until(
    isEnough: (run: ShownRun) => boolean,
    { step, endsMs = Number.POSITIVE_INFINITY }: { readonly step?: string; readonly endsMs?: number } = {},
  ): Promise<ShownRun> {
    const ending = new AbortController();
    let fault: Error | undefined;
    const following = this.#showLog({ step, follow: true, signal: ending.signal }).catch((error: unknown) => {
      fault = error instanceof Error ? error : new Error(String(error));
    });
    const leave = (): void => this.#leave();
    process.once('SIGINT', leave);
    try {
      for (;;) {
        const run = await this.#client.run(this.#name);
        if (fault !== undefined) throw fault;
        if (!run) throw this.#gone();
        if (run.isFinished || isEnough(run) || performance.now() >= endsMs) return run;
        this.#terminal.progress(this.#progressOf(run));
        await setTimeout(lookEveryMs);
      }
    } finally {
      process.off('SIGINT', leave);
      ending.abort();
      await following;
      // What was printed between the last line that came and the end.
      if (fault === undefined) await this.#showLog({ step, follow: false });
      this.#terminal.clearProgress();
    }
  }

  async #showLog(range: Parameters<RunLog['show']>[0]): Promise<void> {
    if (this.#isLogRefused) return;
    try {
      await this.#log.show(range);
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      // Who may not read the log may still see what comes of the run.
      this.#isLogRefused = true;
      this.#tell(`The log is not shown: ${reportOf(error).message}`);
    }
  }

  #progressOf({ waiting, author, step, startedAt }: ShownRun): string {
    const sinceMs = Date.now() - Date.parse(startedAt);
    const since = Number.isNaN(sinceMs) ? '' : `, ${spanText(sinceMs)}`;
    if (waiting) return `waits for approval of ${askedText(waiting, author)}${since}`;
    return `${this.#name} ${step === '' ? 'is about to begin' : `is at ${step}`}${since}`;
  }

  #tell(text: string): void {
    if (!this.#terminal.json) this.#terminal.note(text);
  }

  #gone(): Failure {
    return new Failure(`run ${this.#name} is gone`, { hint: 'the stack was deleted, or the run was' });
  }

  #leave(): never {
    this.#tell(`It goes on without you: ${this.#client.command(`run logs ${this.#name} -f`)}`);
    process.exit(130);
  }
}
