import type { LogPosition } from '@plinth/tsdb';

/** A part of the log whose samples are on their way. */
export interface LogPart {
  /** Samples of it that are neither acknowledged nor given up. */
  pending: number;
  /** Time of one of its first samples, in milliseconds since the epoch; Infinity where none is sent. */
  oldestMs: number;
  /** Where it ends; undefined while it is read. */
  end: LogPosition | undefined;
}

/** Which parts of the log have arrived. They arrive in any order; what counts is up to where none is missing. */
export class DeliveryLedger {
  #parts: LogPart[] = [];
  /** How many of the first parts are done. */
  #done = 0;
  #position: LogPosition;

  constructor(position: LogPosition) {
    this.#position = position;
  }

  /** Begins the next part of the log. */
  begin(): LogPart {
    const part: LogPart = { pending: 0, oldestMs: Number.POSITIVE_INFINITY, end: undefined };
    this.#parts.push(part);
    return part;
  }

  /** All that lies before it has arrived or was given up. */
  get position(): LogPosition {
    for (
      let part = this.#parts[this.#done];
      part?.end && part.pending === 0;
      part = this.#parts[this.#done]
    ) {
      this.#position = part.end;
      this.#done++;
    }
    if (this.#done > 1_000 || this.#done === this.#parts.length) {
      this.#parts = this.#parts.slice(this.#done);
      this.#done = 0;
    }
    return this.#position;
  }

  /** Time of the first sample that has not arrived; undefined when all have. */
  get oldestMs(): number | undefined {
    for (let i = this.#done; i < this.#parts.length; i++) {
      const part = this.#parts[i];
      if (part && part.pending > 0) return part.oldestMs;
    }
    return undefined;
  }
}
