import { ExecError } from '../exec-error.ts';
import { secretBytesMax, secretBytesMin, secretsBytesMax } from '../limits.ts';
import { breathe } from '../turns.ts';
import { ByteAutomaton } from './byte-automaton.ts';
import { secretForms } from './secret-forms.ts';

const mask = Buffer.from('***');

/**
 * Takes secrets out of what programs print: every occurrence of a secret, as it is or in one of the forms of
 * `secretForms`, becomes `***`. Forms that overlap become one. All other bytes stay, whether they are text or not.
 * @example
 * const redactor = await Redactor.create(['hunter2']);
 * redactor.redact('login with hunter2, or aHVudGVyMg=='); // 'login with ***, or ***'
 */
export class Redactor {
  readonly #automaton: ByteAutomaton | undefined;

  private constructor(automaton: ByteAutomaton | undefined) {
    this.#automaton = automaton;
  }

  /**
   * Makes a redactor. It takes about 5 ms for each KiB of secrets, and lets others work meanwhile.
   *
   * @param secrets at least 4 bytes each and at most 8 KiB, and 32 KiB together; texts are taken as UTF-8
   * @throws ExecError `exec.secret-too-short`, `exec.secrets-too-large`
   */
  static async create(secrets: readonly (string | Uint8Array)[]): Promise<Redactor> {
    const values = secrets.map((secret) => (typeof secret === 'string' ? Buffer.from(secret) : secret));
    check(values);
    if (values.length === 0) return new Redactor(undefined);
    const forms: Buffer[] = [];
    for (const value of values) {
      forms.push(...secretForms(value));
      await breathe();
    }
    const building = ByteAutomaton.build(forms);
    for (;;) {
      const step = building.next();
      if (step.done === true) return new Redactor(step.value);
      await breathe();
    }
  }

  /** Redacts one stream of bytes, piece by piece. Streams of the same redactor share nothing else. */
  stream(): RedactionStream {
    return new RedactionStream(this.#automaton);
  }

  /** Redacts a whole text. */
  redact(text: string): string {
    const stream = this.stream();
    return Buffer.concat([stream.push(Buffer.from(text)), stream.end()]).toString();
  }
}

function check(values: readonly Uint8Array[]): void {
  for (const [i, { length }] of values.entries()) {
    const which = `secret ${i + 1} of ${values.length} has ${length} bytes`;
    if (length < secretBytesMin) {
      throw new ExecError(
        'exec.secret-too-short',
        `${which}; output cannot be kept free of less than ${secretBytesMin}`,
        'use a longer secret: one so short is easily guessed, and stands in ordinary text by chance',
      );
    }
    if (length > secretBytesMax) throw tooLarge(`${which}, at most ${secretBytesMax} can be looked for`);
  }
  const total = values.reduce((sum, { length }) => sum + length, 0);
  if (total > secretsBytesMax) {
    throw tooLarge(
      `${values.length} secrets have ${total} bytes, at most ${secretsBytesMax} can be looked for`,
    );
  }
}

function tooLarge(what: string): ExecError {
  const hint =
    'hand over fewer secrets, or put large ones into a file that the program reads and does not print';
  return new ExecError('exec.secrets-too-large', what, hint);
}

/** Bytes that a form was found in. */
interface Found {
  readonly start: number;
  readonly end: number;
  /** Its mask is out already: it began before what is held. */
  readonly isMasked: boolean;
}

/**
 * One stream of bytes without the secrets. What could be the beginning of a secret is held until the next bytes tell;
 * that is never more than the longest form. How the bytes are cut into pieces makes no difference to the result.
 */
export class RedactionStream {
  readonly #automaton: ByteAutomaton | undefined;
  #state = 0;
  #held: Buffer = Buffer.alloc(0);
  /** In order, without overlap; positions are those of `#held`. */
  #found: Found[] = [];

  constructor(automaton: ByteAutomaton | undefined) {
    this.#automaton = automaton;
  }

  /** Takes the next bytes. Returns what is surely no part of a secret. */
  push(bytes: Buffer): Buffer {
    if (this.#automaton === undefined) return bytes;
    const from = this.#held.length;
    const data = from === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    this.#scan(this.#automaton, data, from);
    return this.#release(data, data.length - (this.#automaton.depth[this.#state] ?? 0));
  }

  /** The end of the stream. Returns what was still held. */
  end(): Buffer {
    const rest = this.#release(this.#held, this.#held.length);
    this.#state = 0;
    return rest;
  }

  #scan(automaton: ByteAutomaton, data: Buffer, from: number): void {
    const { depth, ending } = automaton;
    let state = this.#state;
    for (let at = from; at < data.length; at++) {
      if ((depth[state] ?? 0) <= 1) {
        const deeper = automaton.skip(data, at, state);
        if (deeper > at) state = automaton.first(data[deeper - 1] ?? 0);
        if (deeper === data.length) break;
        at = deeper;
      }
      state = automaton.step(state, data[at] ?? 0);
      const length = ending[state] ?? 0;
      if (length > 0) this.#add(at + 1 - length, at + 1);
    }
    this.#state = state;
  }

  #add(from: number, end: number): void {
    let start = from;
    let isMasked = false;
    for (let last = this.#found.at(-1); last !== undefined && last.end > start; last = this.#found.at(-1)) {
      start = Math.min(start, last.start);
      isMasked ||= last.isMasked;
      this.#found.pop();
    }
    this.#found.push({ start, end, isMasked });
  }

  /** Lets go of the bytes before `safe`. */
  #release(data: Buffer, safe: number): Buffer {
    const pieces: Buffer[] = [];
    const kept: Found[] = [];
    let at = 0;
    for (const { start, end, isMasked } of this.#found) {
      if (start >= safe) {
        kept.push({ start: start - safe, end: end - safe, isMasked });
        continue;
      }
      if (!isMasked) pieces.push(data.subarray(at, start), mask);
      at = Math.min(end, safe);
      if (end > safe) kept.push({ start: 0, end: end - safe, isMasked: true });
    }
    pieces.push(data.subarray(at, safe));
    this.#found = kept;
    // A copy, so that a few bytes do not keep the whole piece in memory.
    this.#held = Buffer.from(data.subarray(safe));
    return pieces.length === 1 ? (pieces[0] ?? data) : Buffer.concat(pieces);
  }
}
