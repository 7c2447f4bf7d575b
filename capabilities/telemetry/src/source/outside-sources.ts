import { HttpError } from '../scrape/ports.ts';
import type { OutsideData, OutsideSeries } from './outside-series.ts';
import type { PlainSelection } from './plain-selection.ts';
import type { RemoteSource } from './remote-source.ts';

interface Known {
  readonly digest: string;
  readonly source: RemoteSource;
}

/** The other servers whose series are joined with those that are stored here. */
export class OutsideSources {
  readonly #known = new Map<string, Known>();

  get isEmpty(): boolean {
    return this.#known.size === 0;
  }

  digest(name: string): string | undefined {
    return this.#known.get(name)?.digest;
  }

  source(name: string): RemoteSource | undefined {
    return this.#known.get(name)?.source;
  }

  /** @param digest - the same for what is asked in the same way */
  set(name: string, digest: string, source: RemoteSource): void {
    this.remove(name);
    this.#known.set(name, { digest, source });
  }

  remove(name: string): void {
    this.#known.get(name)?.source.close();
    this.#known.delete(name);
  }

  close(): void {
    for (const { source } of this.#known.values()) source.close();
    this.#known.clear();
  }

  /** What all servers have of the selections. One that cannot be asked is a warning. */
  async read(selections: readonly PlainSelection[], signal?: AbortSignal): Promise<OutsideData> {
    const warnings: string[] = [];
    const answers = await Promise.all(
      [...this.#known].map(async ([name, { source }]) => {
        try {
          return await readAll(source, selections, signal);
        } catch (error) {
          if (!(error instanceof HttpError)) throw error;
          warnings.push(`MetricsSource ${name}: ${error.message}`);
          return [];
        }
      }),
    );
    return {
      found: selections.map((selection, i) => ({
        selection,
        series: answers.flatMap((one) => one[i] ?? []),
      })),
      warnings,
    };
  }
}

/** One after the other: a query of many selectors must not be many queries at once for the server. @throws HttpError */
async function readAll(
  source: RemoteSource,
  selections: readonly PlainSelection[],
  signal: AbortSignal | undefined,
): Promise<readonly (readonly OutsideSeries[])[]> {
  const found: (readonly OutsideSeries[])[] = [];
  for (const selection of selections) found.push(await source.read(selection, signal));
  return found;
}
