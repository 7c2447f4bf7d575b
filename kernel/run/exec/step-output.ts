import { TokenBucket } from '../../control/token-bucket.ts';
import type { Clock } from '../../ports/clock.ts';
import type { OutputStream } from '../../ports/processes.ts';
import { OutputHead, OutputTail } from './captured-output.ts';
import { capturedBytes, outputBurstBytes, outputBytesPerSecond } from './limits.ts';
import { LineBuffer } from './line-buffer.ts';
import { LineFormat } from './line-format.ts';
import type { LogWriter } from './log/log-writer.ts';
import type { RedactionStream, Redactor } from './redaction/redactor.ts';
import type { Turns } from './turns.ts';

interface StepOutputOptions {
  readonly clock: Clock;
  readonly turns: Turns;
  readonly redactor: Redactor;
  readonly log: LogWriter;
  /** Makes of each line of standard output what is captured and kept. */
  readonly format: ((line: string) => string | undefined) | undefined;
}

/** The way of one program's output: read, slowed when it is too much, redacted, captured, and into the log. */
export class StepOutput {
  readonly stdout = new OutputHead(capturedBytes);
  readonly stderr = new OutputTail(capturedBytes);
  readonly #clock: Clock;
  readonly #turns: Turns;
  readonly #pace: TokenBucket;
  readonly #format: LineFormat | undefined;
  readonly #redactions: Readonly<Record<OutputStream, RedactionStream>>;
  readonly #lines: Readonly<Record<OutputStream, LineBuffer>>;

  constructor({ clock, turns, redactor, log, format }: StepOutputOptions) {
    this.#clock = clock;
    this.#turns = turns;
    this.#pace = new TokenBucket(clock, outputBytesPerSecond, outputBurstBytes);
    this.#format = format && new LineFormat(format);
    this.#redactions = { stdout: redactor.stream(), stderr: redactor.stream() };
    const into = (stream: OutputStream): LineBuffer =>
      new LineBuffer(clock, (bytes) => log.output(stream, bytes));
    this.#lines = { stdout: into('stdout'), stderr: into('stderr') };
  }

  /** Takes output as it comes. The program is not read from until it is done. */
  async take(stream: OutputStream, bytes: Buffer): Promise<void> {
    await this.#turns.next();
    const shown = stream === 'stdout' && this.#format ? this.#format.push(bytes) : bytes;
    await this.#pass(stream, this.#redactions[stream].push(shown));
    const waitMs = this.#pace.reserve(bytes.length);
    if (waitMs > 0) {
      await new Promise<void>((resolve) => {
        this.#clock.after(waitMs, resolve);
      });
    }
  }

  /** The end: lets go of what was held back. */
  async end(): Promise<void> {
    if (this.#format) await this.#pass('stdout', this.#redactions.stdout.push(this.#format.end()));
    for (const stream of ['stdout', 'stderr'] as const) {
      await this.#pass(stream, this.#redactions[stream].end());
      await this.#lines[stream].flush();
    }
  }

  #pass(stream: OutputStream, clean: Buffer): Promise<void> {
    this[stream].push(clean);
    return this.#lines[stream].push(clean);
  }
}
