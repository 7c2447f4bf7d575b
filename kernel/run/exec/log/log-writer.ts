import { type FileHandle, mkdir, open, readFile, unlink } from 'node:fs/promises';
import type { Clock } from '../../../ports/clock.ts';
import type { OutputStream } from '../../../ports/processes.ts';
import { ExecError } from '../exec-error.ts';
import { logRetryMs } from '../limits.ts';
import { type LogOutcome, type LogRecord, outputRecord, parseRecord, recordLine } from './log-record.ts';
import { type LogSegment, listSegments, segmentAt, sizeOf, syncDirectory } from './log-segments.ts';

/** How much of a log is kept, in bytes. */
export interface LogSize {
  readonly bytesMax: number;
  readonly headBytes: number;
  readonly segmentBytes: number;
}

interface WriterOptions {
  readonly directory: string;
  readonly clock: Clock;
  readonly size: LogSize;
  /** Tells whoever follows that there is more. */
  readonly written: () => void;
  readonly closed: () => void;
}

/**
 * Appends to the log of a step. The log is a row of segments; a new one begins when the last is full, and the oldest
 * behind the head is dropped when all together are too large.
 *
 * A failure to write, such as a full disk, does not stop the program: what it does half is worse than what is not on
 * record. What could not be written is counted, and a `lost` record says so as soon as writing succeeds again.
 */
export class LogWriter {
  readonly #options: WriterOptions;
  readonly #sizes = new Map<LogSegment, number>();
  #segment: LogSegment;
  #file: FileHandle;
  /** Bytes of the present segment that are whole records. */
  #length = 0;
  /** Whether half a record may stand behind them. */
  #isTorn = false;
  #last: Promise<void> = Promise.resolve();
  #lostBytes = 0;
  #lostSinceRecord = 0;
  #retryAtMs = 0;

  private constructor(options: WriterOptions, segment: LogSegment, file: FileHandle) {
    this.#options = options;
    this.#segment = segment;
    this.#file = file;
  }

  /** Opens a log for one attempt at its step. @throws ExecError `exec.log-unwritable` */
  static async open(options: WriterOptions, step: string, attempt: number): Promise<LogWriter> {
    const { directory, clock } = options;
    let file: FileHandle | undefined;
    try {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const segments = await listSegments(directory);
      const segment = segments.at(-1) ?? segmentAt(directory, 0);
      file = await open(segment.path, 'a', 0o600);
      const writer = new LogWriter(options, segment, file);
      for (const other of segments.slice(0, -1)) writer.#sizes.set(other, await sizeOf(other.path));
      await writer.#mend();
      await writer.#append({ kind: 'start', atMs: clock.now(), step, attempt });
      await syncDirectory(directory);
      return writer;
    } catch (error) {
      await file?.close();
      throw new ExecError(
        'exec.log-unwritable',
        `the log of step ${JSON.stringify(step)} in ${directory} cannot be written: ${messageOf(error)}`,
        'see that the disk has space and that the directory belongs to the user of Plinth; the program was not started',
        error,
      );
    }
  }

  /** Bytes of output that could not be written. */
  get lostBytes(): number {
    return this.#lostBytes;
  }

  /** Appends output, which has no secrets any more. Never fails: what cannot be written is counted. */
  output(stream: OutputStream, bytes: Buffer): Promise<void> {
    return this.#enqueue(() => this.#tryAppend(stream, bytes));
  }

  /** Ends the attempt and makes its log durable. Returns what kept that from being done; undefined when it is. */
  async end(outcome: LogOutcome): Promise<string | undefined> {
    let failure: string | undefined;
    await this.#enqueue(async () => {
      try {
        await this.#admitLoss();
        await this.#append({ kind: 'end', atMs: this.#options.clock.now(), ...outcome });
        await this.#file.sync();
        await syncDirectory(this.#options.directory);
      } catch (error) {
        failure = messageOf(error);
      } finally {
        this.#options.closed();
        await this.#file.close();
      }
    });
    return failure;
  }

  #enqueue(work: () => Promise<void>): Promise<void> {
    this.#last = this.#last.then(work);
    return this.#last;
  }

  async #tryAppend(stream: OutputStream, bytes: Buffer): Promise<void> {
    const { clock } = this.#options;
    const waits = this.#lostSinceRecord > 0 && clock.monotonic() < this.#retryAtMs;
    try {
      if (!waits) {
        await this.#admitLoss();
        await this.#append(outputRecord(clock.now(), stream, bytes));
        return;
      }
    } catch {
      // Which failure it is matters to nobody while the program runs; the loss is counted here and told in the log.
      this.#retryAtMs = clock.monotonic() + logRetryMs;
    }
    this.#lostBytes += bytes.length;
    this.#lostSinceRecord += bytes.length;
  }

  async #admitLoss(): Promise<void> {
    if (this.#lostSinceRecord === 0) return;
    await this.#append({ kind: 'lost', atMs: this.#options.clock.now(), bytes: this.#lostSinceRecord });
    this.#lostSinceRecord = 0;
  }

  async #append(record: LogRecord): Promise<void> {
    if (this.#isTorn) await this.#cutBack();
    if (this.#length >= this.#options.size.segmentBytes) await this.#turnOver();
    this.#isTorn = true;
    const line = recordLine(record);
    for (let done = 0; done < line.length; ) {
      const { bytesWritten } = await this.#file.write(line, done);
      done += bytesWritten;
    }
    this.#length += line.length;
    this.#isTorn = false;
    this.#options.written();
  }

  async #turnOver(): Promise<void> {
    const { directory, size } = this.#options;
    const next = segmentAt(directory, this.#segment.base + this.#length);
    // The old one is complete, so it is made durable now: at the end of the step only the last one is left.
    await this.#file.sync();
    const file = await open(next.path, 'a', 0o600);
    await this.#file.close();
    this.#sizes.set(this.#segment, this.#length);
    this.#segment = next;
    this.#file = file;
    this.#length = 0;
    let total = [...this.#sizes.values()].reduce((sum, bytes) => sum + bytes, size.segmentBytes);
    for (const [segment, bytes] of this.#sizes) {
      if (total <= size.bytesMax) break;
      if (segment.base < size.headBytes) continue;
      await unlink(segment.path);
      this.#sizes.delete(segment);
      total -= bytes;
    }
  }

  /** Brings a log that was left in the middle of a record, or of an attempt, into order. */
  async #mend(): Promise<void> {
    const content = await readFile(this.#segment.path);
    this.#length = content.lastIndexOf(0x0a) + 1;
    if (this.#length < content.length) await this.#cutBack();
    if (this.#length === 0 && this.#segment.base === 0) return;
    const lastLine = content.subarray(content.lastIndexOf(0x0a, this.#length - 2) + 1, this.#length);
    if (parseRecord(lastLine.toString())?.kind === 'end') return;
    await this.#append({ kind: 'end', atMs: this.#options.clock.now(), interrupted: true });
  }

  /** Takes half a record away again. Until that is done readers leave it alone, because it does not end. */
  async #cutBack(): Promise<void> {
    await this.#file.truncate(this.#length);
    this.#isTorn = false;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
