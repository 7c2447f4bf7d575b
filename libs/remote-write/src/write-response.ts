import type { RemoteWriteVersion } from './negotiation.ts';

/** How much of a request was written. */
export interface WrittenCounts {
  readonly samples: number;
  readonly histograms: number;
  readonly exemplars: number;
}

const countHeaders = {
  samples: 'x-prometheus-remote-write-samples-written',
  histograms: 'x-prometheus-remote-write-histograms-written',
  exemplars: 'x-prometheus-remote-write-exemplars-written',
} as const;

/** How many reasons an answer lists; senders log them as they are. */
const reasonsMax = 20;

/** What a receiver answers. */
export interface WriteResponse {
  readonly status: 204 | 400;
  readonly headers: Readonly<Record<string, string>>;
  /** Plain text. */
  readonly body: string;
}

/**
 * The answer to a request that was decoded and written as far as it could be. A part that was refused makes it a 400, so that the
 * sender sees the fault; it does not retry, and what was good is kept.
 * @param refusals - why parts were refused, one text each.
 * Spec: Prometheus remote write 2.0-rc.4, "Partial Write" and "Required Written Response Headers".
 */
export function writeResponse(
  version: RemoteWriteVersion,
  counts: WrittenCounts,
  refusals: readonly string[],
): WriteResponse {
  const headers = version === '2.0' ? writtenHeaders(counts) : {};
  if (refusals.length === 0) return { status: 204, headers, body: '' };
  const shown = refusals.slice(0, reasonsMax);
  if (refusals.length > reasonsMax) shown.push(`and ${refusals.length - reasonsMax} more`);
  return { status: 400, headers, body: `${shown.join('\n')}\n` };
}

/** The headers that 2.0 requires of every answer, also of one that refuses everything. */
export function writtenHeaders(counts: WrittenCounts): Readonly<Record<string, string>> {
  return {
    [countHeaders.samples]: String(counts.samples),
    [countHeaders.histograms]: String(counts.histograms),
    [countHeaders.exemplars]: String(counts.exemplars),
  };
}

/**
 * Reads what a receiver says that it wrote.
 * @param header - the value of a header, by its name in lower case.
 * @returns undefined when it says nothing, as 1.0 receivers do; a header that is missing or no number counts as 0.
 */
export function parseWrittenCounts(
  header: (name: string) => string | null | undefined,
): WrittenCounts | undefined {
  const texts = [countHeaders.samples, countHeaders.histograms, countHeaders.exemplars].map(
    (name) => header(name) ?? '',
  );
  if (texts.every((text) => text === '')) return undefined;
  const [samples = 0, histograms = 0, exemplars = 0] = texts.map((text) =>
    /^\d{1,15}$/.test(text) ? Number(text) : 0,
  );
  return { samples, histograms, exemplars };
}

/**
 * What a sender does after an answer.
 *
 * - `done`: the request was taken.
 * - `retry`: the same request again, after a pause that grows, or the one that the receiver asks for.
 * - `fall_back`: the receiver does not know 2.0: the same samples again as 1.0.
 * - `drop`: the request, or the part of it that the receiver did not write, is lost; it must not be sent again.
 */
export type SenderStep = 'done' | 'retry' | 'fall_back' | 'drop';

/** @param status - of the answer. Spec: Prometheus remote write 2.0-rc.4, "Retries & Backoff". */
export function senderStep(version: RemoteWriteVersion, status: number): SenderStep {
  if (status >= 200 && status < 300) return 'done';
  if (status === 429 || status >= 500) return 'retry';
  return status === 415 && version === '2.0' ? 'fall_back' : 'drop';
}
