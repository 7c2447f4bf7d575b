import type { Labels } from '@plinth/prometheus-model';
import { type RelabelRule, relabelAll } from '@plinth/prometheus-relabel';
import { labelsOfKey } from '@plinth/tsdb';

/** A series as the receiver gets it. */
export interface SeriesOutput {
  readonly labels: Labels;
  /** The same for the same labels, whatever their number in the log: the order of a series hangs on it. */
  readonly hash: number;
}

/** What the series of the log are to the receiver: found when a series has its first sample. */
export class SeriesOutputs {
  readonly #externalLabels: Readonly<Record<string, string>>;
  readonly #rules: readonly RelabelRule[];
  readonly #found = new Map<number, Uint8Array | SeriesOutput | 'dropped'>();

  constructor(externalLabels: Readonly<Record<string, string>>, rules: readonly RelabelRule[]) {
    this.#externalLabels = externalLabels;
    this.#rules = rules;
  }

  forget(): void {
    this.#found.clear();
  }

  /** @param key - of the labels; copied. */
  add(ref: number, key: Uint8Array): void {
    this.#found.set(ref, key.slice());
  }

  /** @returns undefined when nobody knows the series. */
  of(ref: number): SeriesOutput | 'dropped' | undefined {
    const known = this.#found.get(ref);
    if (!(known instanceof Uint8Array)) return known;
    const output = this.#outputOf(labelsOfKey(known));
    this.#found.set(ref, output);
    return output;
  }

  #outputOf(labels: Labels): SeriesOutput | 'dropped' {
    // External labels come before relabeling, and give way to what is there. Spec: Prometheus 3, storage/remote, StoreSeries.
    const missing = Object.entries(this.#externalLabels).filter(([name]) => !labels.has(name));
    const complete = missing.length === 0 ? labels : labels.with(Object.fromEntries(missing));
    const sent = relabelAll(complete, this.#rules);
    if (!sent || sent.size === 0) return 'dropped';
    return { labels: sent, hash: hashOf(sent.key) };
  }
}

/** Spec: FNV-1a, 32 bits, over UTF-16 units. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
