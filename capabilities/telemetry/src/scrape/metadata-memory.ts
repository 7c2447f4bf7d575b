import type { MetricMetadata } from '../prometheus/metrics-reader.ts';

/** Scrapes that metadata outlives its metric. Spec: Prometheus 3.14, scrape cache. */
const scrapesKept = 10;

interface Entry {
  type: string;
  help: string;
  unit: string;
  lastScrape: number;
}

/** What a target says of its metrics. */
export class MetadataMemory {
  readonly #entries = new Map<string, Entry>();
  readonly #changed = new Set<string>();
  #scrape = 1;

  /** Notes a part of what is said of a metric. */
  note(name: string, part: Partial<MetricMetadata>): void {
    let entry = this.#entries.get(name);
    if (!entry) {
      this.#entries.set(name, (entry = { type: 'unknown', help: '', unit: '', lastScrape: 0 }));
      this.#changed.add(name);
    }
    entry.lastScrape = this.#scrape;
    const { type = entry.type, help = entry.help, unit = entry.unit } = part;
    if (type === entry.type && help === entry.help && unit === entry.unit) return;
    Object.assign(entry, { type, help, unit });
    this.#changed.add(name);
  }

  /** Ends a scrape that went well. @returns what is new since the one before */
  end(): readonly (readonly [name: string, metadata: MetricMetadata])[] {
    for (const [name, { lastScrape }] of this.#entries) {
      if (this.#scrape - lastScrape > scrapesKept) this.#entries.delete(name);
    }
    this.#scrape++;
    const changed = this.list().filter(([name]) => this.#changed.has(name));
    this.#changed.clear();
    return changed;
  }

  get(name: string): MetricMetadata | undefined {
    const entry = this.#entries.get(name);
    return entry && plain(entry);
  }

  list(): readonly (readonly [name: string, metadata: MetricMetadata])[] {
    return [...this.#entries].map(([name, entry]) => [name, plain(entry)] as const);
  }
}

function plain({ type, help, unit }: Entry): MetricMetadata {
  return { type, help, unit };
}
