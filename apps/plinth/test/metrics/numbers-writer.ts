import { equal } from 'node:assert/strict';
import type { HttpsClient } from '../harness/https-client.ts';
import { remoteWrite, seriesOf } from './metrics-client.ts';

/** Series of one writer. */
const seriesCount = 25;

/** Writes 1, 2, 3, ... to series of its own, one number at each instant, and remembers how far it got an answer. */
export class NumbersWriter {
  readonly name: string;
  /** The last number whose samples are acknowledged. */
  acknowledged = 0;
  readonly #startMs: number;
  readonly #stepMs: number;

  constructor(name: string, startMs: number, stepMs: number) {
    this.name = name;
    this.#startMs = startMs;
    this.#stepMs = stepMs;
  }

  /** Labels of the series beside their name, which is `numbers`. */
  get series(): readonly Readonly<Record<'i' | 'writer', string>>[] {
    return Array.from({ length: seriesCount }, (_, i) => ({ i: String(i), writer: this.name }));
  }

  /** Samples of all series that are acknowledged. */
  get samples(): number {
    return this.acknowledged * seriesCount;
  }

  timeOf(number: number): number {
    return this.#startMs + number * this.#stepMs;
  }

  /** Writes until the server is gone, in both versions of the protocol. */
  async write(client: HttpsClient, noteWrite: () => void): Promise<void> {
    for (;;) {
      const next = this.acknowledged + 1;
      const series = this.series.map((labels) => seriesOf('numbers', labels, [[this.timeOf(next), next]]));
      const version = next % 2 === 0 ? '2.0' : '1.0';
      const answer = await remoteWrite(client, series, { version }).catch(() => undefined);
      if (!answer) return;
      equal(answer.status, 204, answer.text);
      this.acknowledged = next;
      noteWrite();
    }
  }
}
