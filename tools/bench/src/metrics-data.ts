import { Labels } from '@plinth/prometheus-model';
import { compressSnappy, encodeWriteRequest } from '@plinth/remote-write';

/** The metric that everything is asked about: a classic histogram, so that quantiles can be asked for too. */
export const metric = 'http_request_duration_seconds_bucket';
/** How far apart the samples of a series are. */
export const sampleMs = 15_000;
/** Connections that write, and samples of a request: what a sender of Prometheus has by default. */
const connections = 5;
const requestSamplesMax = 2_000;
const bounds = ['0.005', '0.01', '0.025', '0.05', '0.1', '0.25', '0.5', '1', '2.5', '+Inf'] as const;
const jobs = 10;
/** A counter grows by less than this between two samples, for each bucket below it and its own. */
const growthMax = 10;

/** Compressed requests in their order, one list for each connection. */
export type Requests = readonly (readonly Uint8Array[])[];

/** Series that one request writes. Between two requests only the values and the instant change. */
interface Template {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Of the value of each series in `bytes`; the instant stands after it and a tag. */
  readonly valueOffsets: Int32Array;
  readonly firstSeries: number;
}

/** Counters that grow by random whole steps, the same ones each time. A connection always writes the same series. */
export class MetricsData {
  readonly series: number;
  readonly #values: Float64Array;
  readonly #templates: readonly (readonly Template[])[];
  #random = 0x9e37_79b9;

  /** @param labels beyond the nine that each series has */
  constructor(series: number, labels: Readonly<Record<string, string>> = {}) {
    this.series = series;
    this.#values = new Float64Array(series);
    const share = Math.ceil(series / connections);
    this.#templates = Array.from({ length: connections }, (_, connection) => {
      const end = Math.min(series, (connection + 1) * share);
      const templates: Template[] = [];
      for (let first = connection * share; first < end; first += requestSamplesMax) {
        templates.push(templateOf(first, Math.min(end, first + requestSamplesMax), labels));
      }
      return templates;
    });
  }

  /** What all counters come to now. */
  get sum(): number {
    return this.#values.reduce((sum, value) => sum + value, 0);
  }

  /** Requests that write `samples` samples of each series. @param startMs the instant of the first one */
  requests(samples: number, startMs: number, stepMs = sampleMs): Requests {
    const requests: Uint8Array[][] = this.#templates.map(() => []);
    for (let sample = 0; sample < samples; sample++) {
      this.#grow();
      for (const [connection, templates] of this.#templates.entries()) {
        for (const template of templates) {
          requests[connection]?.push(this.#fill(template, startMs + sample * stepMs));
        }
      }
    }
    return requests;
  }

  #grow(): void {
    let below = 0;
    for (let i = 0; i < this.series; i++) {
      if (i % bounds.length === 0) below = 0;
      below += this.#below(growthMax);
      this.#values[i] = (this.#values[i] ?? 0) + below;
    }
  }

  /** Spec: Marsaglia, Xorshift RNGs, 2003. */
  #below(count: number): number {
    this.#random ^= this.#random << 13;
    this.#random ^= this.#random >>> 17;
    this.#random ^= this.#random << 5;
    return (this.#random >>> 0) % count;
  }

  #fill({ bytes, view, valueOffsets, firstSeries }: Template, timestampMs: number): Uint8Array {
    const instant = varint(timestampMs);
    for (const [i, offset] of valueOffsets.entries()) {
      view.setFloat64(offset, this.#values[firstSeries + i] ?? 0, true);
      bytes.set(instant, offset + 9);
    }
    return compressSnappy(bytes);
  }
}

function labelsOf(i: number): Record<string, string> {
  const group = Math.floor(i / bounds.length);
  const job = group % jobs;
  const instance = Math.floor(group / jobs);
  return {
    __name__: metric,
    cluster: `cluster-${instance % 4}`,
    environment: job % 3 === 0 ? 'staging' : 'production',
    instance: `10.0.${job}.${instance}:8080`,
    job: `job-${job}`,
    le: bounds[i % bounds.length] ?? '',
    method: instance % 2 === 0 ? 'GET' : 'POST',
    namespace: `team-${job}`,
    status: instance % 5 === 0 ? '500' : '200',
  };
}

/** Any instant of this century: all of them take six bytes. */
const anyInstantMs = 1_700_000_000_000;

function templateOf(first: number, end: number, labels: Readonly<Record<string, string>>): Template {
  const parts: Uint8Array[] = [];
  const valueOffsets = new Int32Array(end - first);
  let size = 0;
  for (let i = first; i < end; i++) {
    const samples = [{ timestampMs: anyInstantMs, value: 1 }];
    const part = encodeWriteRequest([{ labels: Labels.of({ ...labelsOf(i), ...labels }), samples }]);
    parts.push(part);
    size += part.length;
    // The value, a tag, and the instant stand at the end.
    valueOffsets[i - first] = size - varint(anyInstantMs).length - 1 - 8;
  }
  const bytes = new Uint8Array(Buffer.concat(parts));
  return { bytes, view: new DataView(bytes.buffer), valueOffsets, firstSeries: first };
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return [...bytes, rest];
}
