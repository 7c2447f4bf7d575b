/** One sample of a family; `suffix` is what a histogram's series add to the family's name. */
export interface Sample {
  readonly suffix?: '_bucket' | '_sum' | '_count';
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/**
 * Samples of one metric, ready to be written in the Prometheus text format: one `# HELP`, one `# TYPE`, then a line
 * per sample.
 */
export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly samples: readonly Sample[];
}

/** Upper bounds in seconds for work and waiting in queues: 1 ms (a read in memory) up to 5 min (the longest back-off). */
const secondsBounds: readonly number[] = [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10, 60, 300];

/** A histogram of durations in seconds. */
export class DurationHistogram {
  readonly #counts: number[] = secondsBounds.map(() => 0);
  #sum = 0;
  #count = 0;

  /** Takes in one duration in milliseconds. */
  observeMs(durationMs: number): void {
    const seconds = durationMs / 1000;
    this.#sum += seconds;
    this.#count++;
    const bucket = secondsBounds.findIndex((bound) => seconds <= bound);
    if (bucket >= 0) this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
  }

  get count(): number {
    return this.#count;
  }

  /** The series of this histogram under the given labels, buckets cumulative. */
  samples(labels: Readonly<Record<string, string>>): Sample[] {
    const samples: Sample[] = [];
    let cumulative = 0;
    for (const [i, bound] of secondsBounds.entries()) {
      cumulative += this.#counts[i] ?? 0;
      samples.push({ suffix: '_bucket', labels: { ...labels, le: String(bound) }, value: cumulative });
    }
    samples.push({ suffix: '_bucket', labels: { ...labels, le: '+Inf' }, value: this.#count });
    samples.push({ suffix: '_sum', labels, value: this.#sum });
    samples.push({ suffix: '_count', labels, value: this.#count });
    return samples;
  }
}

/** Joins families of the same name, so that each name is exposed once, as the text format asks for. */
export function mergeFamilies(families: readonly MetricFamily[]): MetricFamily[] {
  const byName = new Map<string, MetricFamily>();
  for (const family of families) {
    const known = byName.get(family.name);
    byName.set(family.name, known ? { ...known, samples: [...known.samples, ...family.samples] } : family);
  }
  return [...byName.values()];
}
