import { styleText } from 'node:util';
import type { FailureReport } from './failure.ts';

/** Width of the labels in lists of facts. */
const labelWidth = 13;

/** How a text is coloured. */
export type Tone = 'green' | 'red' | 'yellow' | 'dim' | 'bold';

/** Where a command says things. Colour and progress are only for people at a terminal; NO_COLOR is respected. */
export class Terminal {
  /** Whether people's text gives way to JSON. */
  readonly json: boolean;
  #progress = false;
  /** Whether the line of standard error that is shown has not ended: progress must not take its place. */
  #isOpenLine = false;

  constructor(json: boolean) {
    this.json = json;
    // The reader went away, as `head` does: what is left has nobody to be said to.
    process.stdout.on('error', ignoreClosedPipe);
    process.stderr.on('error', ignoreClosedPipe);
  }

  /** One line on standard output. */
  line(text = ''): void {
    this.clearProgress();
    process.stdout.write(`${text}\n`);
  }

  /** A text on standard output as it is. */
  text(text: string): void {
    this.clearProgress();
    process.stdout.write(text);
  }

  /** One line on standard error, beside the result. */
  note(text: string): void {
    this.clearProgress();
    process.stderr.write(`${text}\n`);
  }

  /** A text on standard error as it is, beside the result. */
  aside(text: string): void {
    if (text === '') return;
    this.clearProgress();
    process.stderr.write(text);
    this.#isOpenLine = !text.endsWith('\n');
  }

  /** A result for programs: one JSON text on a line. */
  data(value: unknown): void {
    this.clearProgress();
    process.stdout.write(`${JSON.stringify(value)}\n`);
  }

  /** A fact on a line of its own: `  ✓ store        rev 12`. */
  fact(state: 'good' | 'bad' | 'pending', label: string, text: string): void {
    const mark =
      state === 'good'
        ? this.paint('green', '✓')
        : state === 'bad'
          ? this.paint('red', '✗')
          : this.paint('dim', '…');
    this.line(`  ${mark} ${label.padEnd(labelWidth)}${text}`);
  }

  /** What is going on, on a line that the next output replaces; only at a terminal. */
  progress(text: string): void {
    if (!process.stderr.isTTY || this.json || this.#isOpenLine) return;
    this.clearProgress();
    process.stderr.write(text.slice(0, Math.max(20, (process.stderr.columns || 80) - 1)));
    this.#progress = true;
  }

  clearProgress(): void {
    if (this.#progress) process.stderr.write('\r\u001b[K');
    this.#progress = false;
  }

  /** Colours a text for standard output, or for standard error, where that is wanted. */
  paint(tone: Tone, text: string, stream: 'stdout' | 'stderr' = 'stdout'): string {
    return styleText(tone, text, { stream: process[stream] });
  }

  /** Tells a failure on standard error. */
  failure(report: FailureReport): void {
    this.clearProgress();
    const { message, hint, file, stack } = report;
    if (this.json) {
      process.stderr.write(`${JSON.stringify({ error: { message, hint, file, stack } })}\n`);
      return;
    }
    const lines = [`plinth: ${message}`];
    if (hint !== undefined) lines.push(`  hint: ${hint}`);
    if (file !== undefined) lines.push(`  file: ${file}`);
    if (stack !== undefined) lines.push(stack);
    process.stderr.write(`${lines.join('\n')}\n`);
  }
}

function ignoreClosedPipe(error: Error): void {
  if (!('code' in error) || error.code !== 'EPIPE') throw error;
}
