import type { Labels } from '@plinth/prometheus-model';

/** A series as the target writes it, with what it is stored as. */
export interface KnownSeries {
  /** Name, value, name, value, ... in order of names; undefined: it is dropped. */
  readonly labels: readonly string[] | undefined;
  /** Identity of the stored series. */
  readonly key: string;
}

/** Entries that failed scrapes may leave behind before they are cleared away. Spec: Prometheus 3.14, scrape cache. */
const leftBehindMax = 1_000;

interface Entry {
  readonly series: KnownSeries;
  lastScrape: number;
}

/**
 * What a target has exposed before: the labels of its series, so that relabeling is done once for each, and the series of the
 * last scrape, so that those that are gone can be ended. Spec: Prometheus 3.14, scrape cache.
 */
export class SeriesMemory {
  #known = new Map<string, Entry>();
  #knownAfterSuccess = 0;
  #scrape = 1;
  #last = new Map<string, readonly string[]>();
  #current = new Map<string, readonly string[]>();

  /** How a series was stored before. @returns with whether the scrape under way has had it already */
  find(text: string): { readonly series: KnownSeries; readonly isRepeated: boolean } | undefined {
    const entry = this.#known.get(text);
    if (!entry) return undefined;
    const isRepeated = entry.lastScrape === this.#scrape;
    entry.lastScrape = this.#scrape;
    return { series: entry.series, isRepeated };
  }

  /** Notes how a series is stored. @param labels - undefined: it is dropped */
  add(text: string, labels: Labels | undefined): KnownSeries {
    const parts = labels && [...labels].flatMap(({ name, value }) => [name, value]);
    const series = { labels: parts, key: labels?.key ?? '' };
    this.#known.set(text, { series, lastScrape: this.#scrape });
    return series;
  }

  /** Forgets how a series is stored, as one that was not stored after all. */
  forget(text: string): void {
    this.#known.delete(text);
  }

  /** Notes that the series is to be ended when a scrape comes without it. */
  track(key: string, labels: readonly string[]): void {
    this.#current.set(key, labels);
  }

  /**
   * Ends a scrape.
   * @param isWhole - false: it failed or gave nothing, so all series end
   * @returns the labels of the series that end
   */
  end(isWhole: boolean): readonly (readonly string[])[] {
    if (!isWhole) this.#current.clear();
    const gone = [...this.#last].filter(([key]) => !this.#current.has(key)).map(([, labels]) => labels);
    this.#last = this.#current;
    this.#current = new Map();
    if (isWhole || this.#known.size > this.#knownAfterSuccess * 2 + leftBehindMax) this.#sweep();
    if (isWhole) this.#knownAfterSuccess = this.#known.size;
    this.#scrape++;
    return gone;
  }

  /** Forgets how series are stored, as when relabeling changes. Those of the last scrape still end when they are gone. */
  clear(): void {
    this.#known.clear();
  }

  #sweep(): void {
    for (const [text, { lastScrape }] of this.#known) {
      if (lastScrape !== this.#scrape) this.#known.delete(text);
    }
  }
}
