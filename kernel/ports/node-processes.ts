import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Clock } from './clock.ts';
import { FileOutput } from './file-output.ts';
import { anyLives, endProcesses, endStarter, groupLives, type Targets } from './process-ending.ts';
import { checkRequest, startFailure } from './process-refusal.ts';
import { bootId, markVariable, processEntry } from './process-table.ts';
import {
  isStop,
  type OutputStream,
  type ProcessExit,
  type Processes,
  type ProcessRecord,
  type ProcessRequest,
} from './processes.ts';
import type { Random } from './random.ts';

const graceMsDefault = 5_000;
/** Milliseconds without output after which open outputs of an ended group are taken to be held by an escaped process. */
const heldMs = 250;
/** Bytes that the caller gets at once. */
const pieceBytes = 64 * 1024;
/** Bytes that are still read from an ended group: more than a socket holds, so what comes beyond is new. */
const leftBytesMax = 1024 * 1024;

/**
 * Programs of the machine, through node:child_process.
 *
 * When Plinth is killed, its programs go on until they write to an output that nobody reads; `reap` ends them at the next
 * start. It needs Linux: elsewhere they have to be looked for by hand, and processes that leave the group are not found.
 */
export function nodeProcesses(clock: Clock, random: Random): Processes {
  return {
    async run(request) {
      checkRequest(request);
      const startedMs = clock.monotonic();
      const unstarted = (): ProcessExit => ({
        exitCode: undefined,
        signal: undefined,
        timedOut: false,
        cancelled: true,
        durationMs: clock.monotonic() - startedMs,
        survivors: [],
      });
      if (request.signal?.aborted) return unstarted();
      const boot = bootId();
      const record: ProcessRecord = {
        mark: random.uuid(),
        ...(request.stopSignal === undefined ? {} : { stopSignal: request.stopSignal }),
        ...(request.outlives === undefined ? {} : { outlives: true }),
        ...(boot === undefined ? {} : { bootId: boot }),
      };
      await request.onRecord?.(record);
      if (request.signal?.aborted) return unstarted();
      return new RunningProcess(clock, request, record, await start(request, record.mark, clock)).end();
    },
    async reap(record, graceMs = graceMsDefault) {
      const boot = bootId();
      if (boot === undefined || record.bootId === undefined) return { outcome: 'unknown', pids: [] };
      if (boot !== record.bootId) return { outcome: 'gone', pids: [] };
      await endStarter(clock, record);
      const targets = { ...targetsOf(record), stopSignal: record.stopSignal };
      const { survivors, signalled } = await endProcesses(clock, targets, graceMs);
      if (survivors.length > 0) return { outcome: 'survived', pids: signalled };
      return { outcome: signalled.length > 0 ? 'killed' : 'gone', pids: signalled };
    },
    async lives(record) {
      if (bootId() !== record.bootId || record.bootId === undefined) return false;
      await endStarter(clock, record);
      return await anyLives(targetsOf(record));
    },
  };
}

function targetsOf({ pid, startTicks, mark }: ProcessRecord): Targets {
  const isOurs = pid !== undefined && processEntry(pid)?.startTicks === (startTicks ?? Number.NaN);
  return isOurs ? { mark, group: pid } : { mark };
}

/** A program that was started, and what it prints. */
interface Started {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly outputs: Readonly<Record<OutputStream, Readable>>;
  /** Files that it prints to. */
  readonly files: readonly FileOutput[];
}

async function start(request: ProcessRequest, mark: string, clock: Clock): Promise<Started> {
  const files = request.outlives
    ? await Promise.all(
        outputNames.map((name) => FileOutput.create(join(request.outlives?.directory ?? '', name), clock)),
      )
    : [];
  try {
    const [stdout = 'pipe', stderr = 'pipe'] = files.map(({ descriptor }) => descriptor);
    const child = spawn(request.file, request.args, {
      env: { ...request.env, [markVariable]: mark },
      ...(request.cwd === undefined ? {} : { cwd: request.cwd }),
      detached: true,
      shell: false,
      stdio: [request.stdin === undefined ? 'ignore' : 'pipe', stdout, stderr],
      windowsHide: true,
    });
    if (child.pid === undefined) await once(child, 'spawn'); // It fails, and says why.
    const [out = child.stdout, err = child.stderr] = files.map((file) => file.stream());
    if (child.pid === undefined || !out || !err) throw new Error('a program was started without outputs');
    return { child, pid: child.pid, outputs: { stdout: out, stderr: err }, files };
  } catch (error) {
    await Promise.all(files.map(async (file) => await file.close()));
    throw startFailure(error, request);
  }
}

const outputNames = ['stdout', 'stderr'] as const;

/** A program between its start and the end of everything that it started. */
class RunningProcess {
  readonly #clock: Clock;
  readonly #request: ProcessRequest;
  readonly #record: ProcessRecord;
  readonly #started: Started;
  readonly #startedMs: number;
  readonly #exited = Promise.withResolvers<void>();
  readonly #failures: unknown[] = [];
  #exitCode: number | undefined;
  #signal: string | undefined;
  #timedOut = false;
  #cancelled = false;
  /** Calls of `onOutput` that are under way. */
  #taking = 0;
  #readBytes = 0;
  #drained = false;
  #survivors: readonly number[] = [];
  #ending: Promise<void> | undefined;

  constructor(clock: Clock, request: ProcessRequest, record: ProcessRecord, started: Started) {
    const { child, pid, files } = started;
    this.#clock = clock;
    this.#request = request;
    this.#started = started;
    this.#startedMs = clock.monotonic();
    const startTicks = processEntry(pid)?.startTicks;
    this.#record = { ...record, pid, ...(startTicks === undefined ? {} : { startTicks }) };
    child.on('exit', (code, signal) => {
      this.#exitCode = code ?? undefined;
      this.#signal = signal ?? undefined;
      for (const file of files) file.end();
      this.#exited.resolve();
    });
    // A program that ends before it has read its input is not a fault of its own kind.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(request.stdin);
  }

  /** The end. @throws what the caller's own functions threw, once nothing runs any more */
  async end(): Promise<ProcessExit> {
    const { signal, timeoutMs, outlives } = this.#request;
    const outputs = Promise.all([this.#drain('stdout'), this.#drain('stderr')]).then(() => {
      this.#drained = true;
    });
    const cancel = (): void => {
      this.#cancelled = true;
      if (outlives && isStop(signal?.reason)) this.#leave();
      else this.#stop();
    };
    const cancelTimeout =
      timeoutMs === undefined
        ? undefined
        : this.#clock.after(timeoutMs, () => {
            this.#timedOut = true;
            this.#stop();
          });
    signal?.addEventListener('abort', cancel, { once: true });
    if (signal?.aborted) cancel();
    const recorded = this.#attempt(() => this.#request.onRecord?.(this.#record));
    await this.#exited.promise;
    cancelTimeout?.();
    signal?.removeEventListener('abort', cancel);
    const durationMs = this.#clock.monotonic() - this.#startedMs;
    await this.#endGroup();
    await this.#letGo(outputs);
    await recorded;
    if (this.#failures.length > 0) throw this.#failures[0];
    return {
      exitCode: this.#exitCode,
      signal: this.#signal,
      timedOut: this.#timedOut,
      cancelled: this.#cancelled,
      durationMs,
      survivors: this.#survivors,
    };
  }

  /** Lets it go on without anybody who waits for it. */
  #leave(): void {
    const { child, pid, files } = this.#started;
    this.#survivors = [pid];
    this.#ending ??= Promise.resolve();
    child.unref();
    for (const file of files) file.end();
    this.#exited.resolve();
  }

  /** Ends the group and whatever has left it. */
  #stop(): void {
    this.#ending ??= this.#endAll({ group: this.#started.pid, mark: this.#record.mark });
  }

  async #endAll(targets: Targets): Promise<void> {
    const { graceMs = graceMsDefault, stopSignal } = this.#request;
    const { survivors } = await endProcesses(this.#clock, { ...targets, stopSignal }, graceMs);
    this.#survivors = survivors;
    // A program that cannot be killed is not waited for.
    if (survivors.includes(this.#started.pid)) this.#exited.resolve();
  }

  async #endGroup(): Promise<void> {
    // Asked right after the end of the leader: the group's number is not given out again while anybody is in it.
    if (this.#ending === undefined && (await groupLives(this.#started.pid))) {
      this.#ending ??= this.#endAll({ group: this.#started.pid });
    }
    await this.#ending;
  }

  /** Waits for the last of the output; ends escaped processes that keep it open. */
  async #letGo(outputs: Promise<void>): Promise<void> {
    if (!(await this.#runsDry(outputs))) {
      await this.#endAll({ mark: this.#record.mark });
      await this.#runsDry(outputs);
    }
    const { child, outputs: streams } = this.#started;
    for (const stream of [child.stdin, streams.stdout, streams.stderr]) stream?.destroy();
    await outputs;
  }

  /** Whether the outputs end by themselves. What is written before a group ends may still be on its way to the caller. */
  async #runsDry(outputs: Promise<void>): Promise<boolean> {
    const readBefore = this.#readBytes;
    for (let readLast = -1; ; ) {
      const { promise: paused, resolve } = Promise.withResolvers<void>();
      const cancelPause = this.#clock.after(heldMs, resolve);
      await Promise.race([outputs, paused]);
      cancelPause();
      if (this.#drained) return true;
      const isQuiet = this.#taking === 0 && this.#readBytes === readLast;
      if (isQuiet || this.#readBytes - readBefore > leftBytesMax) return false;
      readLast = this.#readBytes;
    }
  }

  async #drain(name: OutputStream): Promise<void> {
    const stream = this.#started.outputs[name];
    try {
      for await (const bytes of stream as AsyncIterable<Buffer>) {
        this.#readBytes += bytes.length;
        this.#taking++;
        // Two reads come as one when the caller is slow.
        for (let at = 0; at < bytes.length; at += pieceBytes) {
          const piece = bytes.subarray(at, at + pieceBytes);
          await this.#attempt(() => this.#request.onOutput?.(name, piece));
        }
        this.#taking--;
      }
    } catch (error) {
      // Closed by `#letGo`, or broken: either way there is nothing more to read.
      if (!stream.destroyed) this.#failures.push(error);
    }
  }

  async #attempt(call: () => void | Promise<void>): Promise<void> {
    try {
      if (this.#failures.length === 0) await call();
    } catch (error) {
      this.#failures.push(error);
      this.#stop();
    }
  }
}
