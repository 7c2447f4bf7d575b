import type { Clock } from '@plinth/kernel';
import { type FloatHistogram, type FloatHistogramFields, Labels, Matcher } from '@plinth/prometheus-model';
import {
  compressSnappy,
  decodeReadResponse,
  decompressSnappy,
  encodeReadRequest,
  labelsOfRanges,
  readRequestHeaders,
  SnappyError,
  WireError,
} from '@plinth/remote-write';
import { sourceAnswerBytesMax } from '../limits.ts';
import { type HttpClient, HttpError } from '../scrape/ports.ts';
import { labelParts } from '../store/label-parts.ts';
import { matchersOfParts } from '../store/matcher-parts.ts';
import type { OutsideSeries } from './outside-series.ts';
import type { PlainSelection } from './plain-selection.ts';

/** Another Prometheus and how it is asked. */
export interface RemoteSourceOptions {
  /** Where remote read is served. */
  readonly url: string;
  readonly client: HttpClient;
  /** What all of its series are understood to have, unless they have such a label. */
  readonly externalLabels: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly userAgent: string;
  readonly clock: Clock;
}

/** Reads series of another server. Spec: Prometheus remote read, prompb/remote.proto, response type SAMPLES. */
export class RemoteSource {
  readonly #options: RemoteSourceOptions;

  constructor(options: RemoteSourceOptions) {
    this.#options = options;
  }

  /** @param signal - ends it early. @throws HttpError */
  async read(selection: PlainSelection, signal?: AbortSignal): Promise<readonly OutsideSeries[]> {
    const { url, client, timeoutMs, userAgent, clock } = this.#options;
    const matchers = matchersOfParts(selection.matchers);
    const query = {
      ...selection,
      matchers: this.#matchersThere(matchers).map(({ name, operator, value }) => ({ name, operator, value })),
    };
    const abort = new AbortController();
    const stop = (): void => abort.abort(new HttpError('the query was canceled'));
    signal?.addEventListener('abort', stop, { once: true });
    const cancel = clock.after(timeoutMs, () => abort.abort(new HttpError('context deadline exceeded')));
    try {
      const answer = await client.ask({
        url,
        body: compressSnappy(encodeReadRequest([query], ['samples'])),
        headers: { ...readRequestHeaders, 'user-agent': userAgent },
        signal: abort.signal,
        bodyBytesMax: sourceAnswerBytesMax,
      });
      if (answer.status !== 200) {
        throw new HttpError(`server returned HTTP status ${answer.status} ${answer.statusText}`.trimEnd());
      }
      return this.#decoded(answer.body, matchers);
    } finally {
      cancel();
      signal?.removeEventListener('abort', stop);
    }
  }

  close(): void {
    this.#options.client.close();
  }

  /** The server does not know of the labels that are added here: what they match is not asked of it. */
  #matchersThere(matchers: readonly Matcher[]): readonly Matcher[] {
    const { externalLabels } = this.#options;
    const there = matchers.filter(
      (one) => !one.matches(externalLabels[one.name] ?? '') || !Object.hasOwn(externalLabels, one.name),
    );
    // Without a matcher servers answer with nothing, or refuse.
    return there.length > 0 ? there : [new Matcher('__name__', '=~', '.+')];
  }

  /** @throws HttpError */
  #decoded(body: Uint8Array, matchers: readonly Matcher[]): readonly OutsideSeries[] {
    const reader = new SeriesReader(this.#options.externalLabels, matchers);
    try {
      decodeReadResponse(decompressSnappy(body, sourceAnswerBytesMax), () => reader);
    } catch (error) {
      if (!(error instanceof WireError || error instanceof SnappyError)) throw error;
      throw new HttpError(`the answer cannot be read: ${error.message}`, { cause: error });
    }
    return reader.finish();
  }
}

interface Draft {
  readonly labels: Labels;
  readonly timestamps: number[];
  readonly values: number[];
  readonly staleAt: number[];
  readonly histogramTimestamps: number[];
  readonly histograms: FloatHistogramFields[];
}

/** Takes the series of an answer, with the labels that are added, and leaves out those that do not match with them. */
class SeriesReader {
  readonly #external: Readonly<Record<string, string>>;
  readonly #matchers: readonly Matcher[];
  readonly #drafts: Draft[] = [];

  constructor(external: Readonly<Record<string, string>>, matchers: readonly Matcher[]) {
    this.#external = external;
    this.#matchers = matchers;
  }

  series(bytes: Uint8Array, ranges: Int32Array, count: number): boolean {
    const own = labelsOfRanges(bytes, ranges, count);
    const labels = Labels.of({ ...this.#external, ...own.toJSON() });
    if (!this.#matchers.every((one) => one.matches(labels.get(one.name)))) return false;
    const lists = { timestamps: [], values: [], staleAt: [], histogramTimestamps: [], histograms: [] };
    this.#drafts.push({ labels, ...lists });
    return true;
  }

  sample(timestampMs: number, value: number, isStale: boolean): void {
    const draft = this.#drafts.at(-1);
    if (isStale) draft?.staleAt.push(timestampMs);
    else {
      draft?.timestamps.push(timestampMs);
      draft?.values.push(value);
    }
  }

  histogram(timestampMs: number, histogram: FloatHistogram, isStale: boolean): void {
    const draft = this.#drafts.at(-1);
    if (isStale) draft?.staleAt.push(timestampMs);
    else {
      draft?.histogramTimestamps.push(timestampMs);
      draft?.histograms.push(histogram.fields);
    }
  }

  /** Queries have no use for them here. */
  exemplar(): void {}

  finish(): readonly OutsideSeries[] {
    return this.#drafts.map(({ labels, timestamps, values, ...rest }) => ({
      ...rest,
      labels: labelParts(labels),
      timestamps: Float64Array.from(timestamps),
      values: Float64Array.from(values),
    }));
  }
}
