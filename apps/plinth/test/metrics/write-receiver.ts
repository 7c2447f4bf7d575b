import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FloatHistogram } from '@plinth/prometheus-model';
import {
  decodeWriteRequest,
  decodeWriteRequestV2,
  decompressSnappy,
  labelsOfRanges,
  negotiateWrite,
  rangeText,
  writtenHeaders,
} from '@plinth/remote-write';

/** What a receiver answers; `reset`: the connection ends without an answer, `silence`: nothing comes. */
export type ReceiverAnswer =
  | 'reset'
  | 'silence'
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    };

/** A request as it came. */
export interface Received {
  readonly headers: IncomingMessage['headers'];
  readonly path: string;
  readonly atMs: number;
  /** Samples as text, `{labels} time value`, in their order. */
  readonly samples: readonly string[];
  readonly histograms: readonly FloatHistogram[];
  /** `name type help unit` */
  readonly metadata: readonly string[];
}

const bodyBytesMax = 16 * 1024 * 1024;

/** A receiver of remote write on this machine, whose answers a test writes. */
export class WriteReceiver {
  /** All requests, also those that were refused. */
  readonly requests: Received[] = [];
  /** What is answered next; without one a request is taken. */
  readonly answers: ReceiverAnswer[] = [];
  /** What is answered when there is no answer of its own. */
  always: ReceiverAnswer | undefined;
  /** Samples of the requests that were taken, by labels. */
  readonly taken = new Map<string, string[]>();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => void this.#take(request, response));
  }

  /** @param port - 0 for one that is free */
  static async start(port = 0): Promise<WriteReceiver> {
    const receiver = new WriteReceiver();
    await receiver.listen(port);
    return receiver;
  }

  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve) => void this.#server.listen(port, '127.0.0.1', resolve));
  }

  get port(): number {
    // A server that listens on TCP has such an address.
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/api/v1/write`;
  }

  /** `time value` of a series, as they were taken. */
  samplesOf(labels: string): readonly string[] {
    return this.taken.get(labels) ?? [];
  }

  /** Ends all connections, and takes none any more. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    } catch {
      // The sender went away.
      return;
    }
    const found = read(request, Buffer.concat(chunks));
    this.requests.push(found.received);
    const answer = this.answers.shift() ?? this.always ?? { status: 204, headers: found.written };
    if (answer === 'silence') return;
    if (answer === 'reset') {
      request.socket.destroy();
      return;
    }
    if (answer.status < 300) this.#keep(found.received.samples);
    response.writeHead(answer.status, { ...answer.headers }).end(answer.body);
  }

  #keep(samples: readonly string[]): void {
    for (const text of samples) {
      const end = text.indexOf('} ') + 1;
      const labels = text.slice(0, end);
      const known = this.taken.get(labels);
      if (known) known.push(text.slice(end + 1));
      else this.taken.set(labels, [text.slice(end + 1)]);
    }
  }
}

function read(
  request: IncomingMessage,
  body: Buffer,
): { readonly received: Received; readonly written: Readonly<Record<string, string>> } {
  const { headers } = request;
  const negotiated = negotiateWrite({
    contentType: headers['content-type'],
    contentEncoding: headers['content-encoding'],
  });
  if (!negotiated.ok) throw new Error(negotiated.message);
  const samples: string[] = [];
  const histograms: FloatHistogram[] = [];
  const metadata: string[] = [];
  let labels = '';
  const decode = negotiated.version === '2.0' ? decodeWriteRequestV2 : decodeWriteRequest;
  decode(decompressSnappy(body, bodyBytesMax), {
    series: (bytes, ranges, count) => {
      labels = labelsOfRanges(bytes, ranges, count).toString();
      return true;
    },
    sample: (timestampMs, value, isStale) => {
      samples.push(`${labels} ${timestampMs} ${isStale ? 'stale' : value}`);
    },
    histogram: (timestampMs, histogram, isStale) => {
      samples.push(`${labels} ${timestampMs} ${isStale ? 'stale histogram' : `h${histogram.fields.count}`}`);
      histograms.push(histogram);
    },
    exemplar: () => {},
    metadata: (bytes, type, ranges) => {
      const [name, help, unit] = [0, 2, 4].map((at) =>
        rangeText(bytes, ranges[at] ?? 0, ranges[at + 1] ?? 0),
      );
      metadata.push([name, type, help, unit].join(' '));
    },
    refused: (reason) => {
      throw new Error(reason);
    },
  });
  const received = {
    headers,
    path: request.url ?? '',
    atMs: performance.now(),
    samples,
    histograms,
    metadata,
  };
  const counts = { samples: samples.length - histograms.length, histograms: histograms.length, exemplars: 0 };
  return { received, written: negotiated.version === '2.0' ? writtenHeaders(counts) : {} };
}
