import type { MatchOperator } from '@plinth/prometheus-model';
import { WireWriter } from '@plinth/protobuf-wire';

/** How the samples come back: all in one message, or chunk by chunk. */
export type ReadResponseType = 'samples' | 'streamed_xor_chunks';

const responseTypes: readonly ReadResponseType[] = ['samples', 'streamed_xor_chunks'];

const matcherTypes: readonly MatchOperator[] = ['=', '!=', '=~', '!~'];

/** One condition on a label. */
export interface ReadMatcher {
  readonly name: string;
  readonly operator: MatchOperator;
  readonly value: string;
}

/** One query of a read request. Times are milliseconds since the epoch. */
export interface ReadQuery {
  readonly startMs: number;
  /** Included. */
  readonly endMs: number;
  readonly matchers: readonly ReadMatcher[];
  /** What is done with the samples; a server may use it to send less. */
  readonly hints?: {
    readonly stepMs: number;
    readonly rangeMs: number;
    readonly func?: string;
    readonly grouping?: readonly string[];
    readonly by?: boolean;
  };
}

/**
 * Encodes a `prometheus.ReadRequest`, not yet compressed.
 * @param accepted - in order of preference; the server takes the first that it knows.
 * Spec: Prometheus remote read, prompb/remote.proto.
 */
export function encodeReadRequest(
  queries: readonly ReadQuery[],
  accepted: readonly ReadResponseType[],
): Uint8Array<ArrayBuffer> {
  const writer = new WireWriter();
  for (const query of queries) writeQuery(writer, query);
  for (const type of accepted) writer.uint32(2, responseTypes.indexOf(type));
  return writer.finish();
}

function writeQuery(writer: WireWriter, query: ReadQuery): void {
  const start = writer.begin(1);
  writer.int64(1, query.startMs).int64(2, query.endMs);
  for (const { name, operator, value } of query.matchers) {
    const matcher = writer.begin(3);
    const type = matcherTypes.indexOf(operator);
    if (type > 0) writer.uint32(1, type);
    writer.text(2, name).text(3, value);
    writer.end(matcher);
  }
  if (query.hints) {
    const { stepMs, rangeMs, func, grouping, by } = query.hints;
    const hints = writer.begin(4);
    if (stepMs !== 0) writer.int64(1, stepMs);
    if (func) writer.text(2, func);
    writer.int64(3, query.startMs).int64(4, query.endMs);
    for (const label of grouping ?? []) writer.text(5, label);
    if (by === true) writer.bool(6, true);
    if (rangeMs !== 0) writer.int64(7, rangeMs);
    writer.end(hints);
  }
  writer.end(start);
}

/** The headers that a client puts on its read requests. */
export const readRequestHeaders: Readonly<Record<string, string>> = {
  'content-encoding': 'snappy',
  'accept-encoding': 'snappy',
  'content-type': 'application/x-protobuf',
  'x-prometheus-remote-read-version': '0.1.0',
};
