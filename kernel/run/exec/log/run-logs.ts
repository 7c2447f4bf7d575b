import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../../ports/clock.ts';
import { ExecError } from '../exec-error.ts';
import { logBytesMax, logHeadBytes, logSegmentBytes } from '../limits.ts';
import { Doorbells } from './doorbells.ts';
import { type LogEntry, readEntries } from './log-reader.ts';
import { listSegments, namesIn, runDirectory, sizeOf, stepDirectory } from './log-segments.ts';
import { type LogSize, LogWriter } from './log-writer.ts';

/** Where and until when a log is read. */
export interface FollowOptions {
  /** Place to begin at: 0, or `nextOffset` of the last entry that was read. */
  readonly offset?: number;
  readonly signal?: AbortSignal;
  /** Waits for further attempts at the step, and for the first, until the signal is aborted. */
  readonly keep?: boolean;
  /** Ends with what is there now, also while an attempt is under way. */
  readonly untilNow?: boolean;
}

/** The log of a step, as far as it is kept. */
export interface LogSummary {
  readonly step: string;
  /** Bytes on the disk. */
  readonly bytes: number;
  /** Whether a program is writing it. */
  readonly isLive: boolean;
}

const defaultSize: LogSize = {
  bytesMax: logBytesMax,
  headBytes: logHeadBytes,
  segmentBytes: logSegmentBytes,
};

/**
 * The logs of the steps of runs, below one directory: `<run>/<step>/<place>.jsonl`, a record per line. A log holds all
 * attempts at its step. Its places never change, so whoever reads it goes on where it was, also after a restart.
 */
export class RunLogs {
  readonly #directory: string;
  readonly #clock: Clock;
  readonly #size: LogSize;
  readonly #bells = new Doorbells();

  /** @param directory made when the first log is */
  constructor(directory: string, clock: Clock, size: LogSize = defaultSize) {
    this.#directory = directory;
    this.#clock = clock;
    this.#size = size;
  }

  /**
   * Begins the log of an attempt.
   * @throws ExecError `exec.log-unwritable`, `exec.log-busy` while another attempt at the step writes
   */
  async open(runUid: string, step: string, attempt: number): Promise<LogWriter> {
    const directory = stepDirectory(this.#directory, runUid, step);
    if (this.#bells.isLive(directory)) {
      const what = `the step ${JSON.stringify(step)} of run ${runUid} is being executed already`;
      throw new ExecError('exec.log-busy', what, 'wait for its end, or cancel it first');
    }
    const bell = this.#bells.begin(directory);
    const { written, closed } = bell;
    const options = { directory, clock: this.#clock, size: this.#size, written, closed };
    try {
      return await LogWriter.open(options, step, attempt);
    } catch (error) {
      closed();
      throw error;
    }
  }

  /**
   * The entries of a log in order, as they are written. Ends with the attempt that is under way; of a step that is not
   * being executed, with what there is. Where something was dropped in the middle there is a `gap`.
   * @throws ExecError `exec.log-not-found`, `exec.log-unreadable`
   */
  async *follow(runUid: string, step: string, options: FollowOptions = {}): AsyncGenerator<LogEntry, void> {
    const { offset = 0, signal, keep = false, untilNow = false } = options;
    const directory = stepDirectory(this.#directory, runUid, step);
    const isStopped = (): boolean => signal?.aborted === true;
    const heard = this.#bells.listen(directory, signal);
    try {
      let next = offset;
      while (!isStopped()) {
        // Both before the look at the files: what is written after it rings again.
        const rung = heard.next();
        const isLive = this.#bells.isLive(directory);
        const entries = await this.#read(directory, next);
        for (const entry of entries) {
          if (isStopped()) return;
          yield entry;
          next = entry.nextOffset;
        }
        if (entries.length > 0) continue;
        if (untilNow || (!isLive && !keep)) {
          if (next === offset) await this.#expect(directory, runUid, step);
          return;
        }
        await rung;
      }
    } finally {
      heard.end();
    }
  }

  /** The logs of a run. */
  async list(runUid: string): Promise<LogSummary[]> {
    const directory = runDirectory(this.#directory, runUid);
    const logs: LogSummary[] = [];
    for (const name of await namesIn(directory)) {
      const place = join(directory, name);
      const [first] = await this.#read(place, 0);
      if (first?.record.kind !== 'start') continue;
      let bytes = 0;
      for (const { path } of await listSegments(place)) bytes += await sizeOf(path);
      logs.push({ step: first.record.step, bytes, isLive: this.#bells.isLive(place) });
    }
    return logs;
  }

  /**
   * Removes all logs of a run; nothing happens when there are none. Readers come to their end.
   * @throws ExecError `exec.log-busy` while one of them is written
   */
  async remove(runUid: string): Promise<void> {
    const directory = runDirectory(this.#directory, runUid);
    const live = (await namesIn(directory)).find((name) => this.#bells.isLive(join(directory, name)));
    if (live !== undefined) {
      const what = `the logs of run ${runUid} cannot be removed: ${live} is being written`;
      throw new ExecError('exec.log-busy', what, 'cancel the run and wait for its end');
    }
    await rm(directory, { recursive: true, force: true });
  }

  /**
   * Removes the logs of runs that are no more; for the start, when a deletion may have been cut short.
   *
   * @param isKnown whether a run of that uid exists
   * @returns the uids whose logs were removed
   */
  async sweep(isKnown: (runUid: string) => boolean): Promise<string[]> {
    const orphans = (await namesIn(this.#directory)).filter((runUid) => !isKnown(runUid));
    for (const runUid of orphans) await this.remove(runUid);
    return orphans;
  }

  async #read(directory: string, offset: number): Promise<LogEntry[]> {
    try {
      return await readEntries(directory, offset);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const hint = 'see that the disk is sound and that the directory belongs to the user of Plinth';
      throw new ExecError(
        'exec.log-unreadable',
        `the log in ${directory} cannot be read: ${why}`,
        hint,
        error,
      );
    }
  }

  async #expect(directory: string, runUid: string, step: string): Promise<void> {
    if ((await listSegments(directory)).length > 0) return;
    const what = `there is no log of step ${JSON.stringify(step)} of run ${runUid}`;
    const hint = 'only steps that run a program have one, from when they start until the run is deleted';
    throw new ExecError('exec.log-not-found', what, hint);
  }
}
