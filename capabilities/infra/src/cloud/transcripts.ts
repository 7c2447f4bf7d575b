import { isObject, type RunLogSource } from '@plinth/kernel';
import { transcriptBytesMax, transcriptsMax } from '../limits.ts';

/** What a program has printed so far, and up to where its logs have been read. */
interface Transcript {
  readonly pieces: Buffer[];
  bytes: number;
  /** By the process that keeps the log. */
  readonly places: Map<string, number>;
  reading: Promise<unknown>;
}

/**
 * What programs of runs print, as text that only ever grows: so a client may ask for it by the place of its bytes. What was read is
 * held in memory for the newest who follow; it is read anew, to the same bytes, after a restart.
 */
export class Transcripts {
  readonly #source: RunLogSource | undefined;
  readonly #known = new Map<string, Transcript>();

  constructor(source: RunLogSource | undefined) {
    this.#source = source;
  }

  /** The output of a step until now. */
  async read(runUid: string, step: string): Promise<Buffer> {
    const key = `${runUid}/${step}`;
    const found: Transcript = this.#known.get(key) ?? {
      pieces: [],
      bytes: 0,
      places: new Map<string, number>(),
      reading: Promise.resolve(),
    };
    this.#known.delete(key);
    this.#known.set(key, found);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= transcriptsMax) break;
      this.#known.delete(oldest);
    }
    // Two who read at once would note everything twice.
    const mine = found.reading.then(async () => await this.#readOn(runUid, step, found));
    found.reading = mine.catch(() => undefined);
    await mine;
    return Buffer.concat(found.pieces);
  }

  async #readOn(runUid: string, step: string, transcript: Transcript): Promise<void> {
    const source = this.#source;
    if (!source || transcript.bytes >= transcriptBytesMax) return;
    const { signal } = new AbortController();
    for (const { step: name, place } of await source.list(runUid)) {
      if (name !== step) continue;
      const by = place ?? '';
      const offset = transcript.places.get(by) ?? 0;
      for await (const entry of source.follow(runUid, step, { offset, place, signal, untilNow: true })) {
        transcript.places.set(by, entry.nextOffset);
        add(transcript, textOf(entry.record));
        if (transcript.bytes >= transcriptBytesMax) return;
      }
    }
  }
}

function add(transcript: Transcript, text: Buffer): void {
  const room = transcriptBytesMax - transcript.bytes;
  const piece =
    text.length <= room ? text : Buffer.from(`\n[it is longer: plinth run logs shows all of it]\n`);
  transcript.pieces.push(piece);
  transcript.bytes = text.length <= room ? transcript.bytes + text.length : transcriptBytesMax;
}

/** What a record of a log says to who reads it. */
function textOf(record: object): Buffer {
  if (!isObject(record)) return Buffer.alloc(0);
  const { kind, text, base64, attempt, bytes } = record;
  if (kind === 'output') {
    return typeof base64 === 'string'
      ? Buffer.from(base64, 'base64')
      : Buffer.from(typeof text === 'string' ? text : '');
  }
  if (kind === 'start' && typeof attempt === 'number' && attempt > 1)
    return Buffer.from(`\nAttempt ${attempt}\n\n`);
  if (kind === 'lost' || kind === 'gap') return Buffer.from(`\n[${String(bytes)} bytes are missing]\n`);
  return Buffer.alloc(0);
}
