import type { Clock } from '@plinth/kernel';
import {
  parseWrittenCounts,
  type RemoteWriteVersion,
  senderStep,
  writeRequestHeaders,
} from '@plinth/remote-write';
import { type HttpClient, HttpError } from '../scrape/ports.ts';
import { type ForwardSettings, forwardHeader } from './forward-settings.ts';

/** How many samples a request has. */
export interface BatchSize {
  readonly samples: number;
  readonly histograms: number;
}

/** What is wrong with a receiver, or with what it was sent. */
export interface ForwardFault {
  readonly reason:
    | 'Unreachable'
    | 'CredentialsInvalid'
    | 'ServerError'
    | 'RateLimited'
    | 'MessageVersionRefused'
    | 'Redirected'
    | 'LoopDetected'
    | 'SamplesRefused';
  /** For people. */
  readonly message: string;
}

/**
 * What becomes of a request.
 *
 * - `done`: it was taken, but for what was not written.
 * - `retry`: the same again, after a pause.
 * - `hold`: the same again, rarely: somebody has to change something first.
 * - `drop`: it was refused, and must not be sent again.
 */
export type SendOutcome =
  | { readonly step: 'done' | 'drop'; readonly failed: BatchSize; readonly fault?: ForwardFault }
  | { readonly step: 'retry'; readonly fault: ForwardFault; readonly afterMs?: number }
  | { readonly step: 'hold'; readonly fault: ForwardFault };

/** Bytes of an answer that are read: enough for the reason. */
const answerBytesMax = 4_096;
/** Characters of the reason that are shown. */
const reasonLengthMax = 256;
/** A receiver may ask for so long a pause. */
const retryAfterMsMax = 600_000;
const none: BatchSize = { samples: 0, histograms: 0 };

/** Sends requests of remote write. Spec: Prometheus remote write 1.0 and 2.0-rc.4, "Retries & Backoff", "Partial Write". */
export class WriteSender {
  readonly #client: HttpClient;
  readonly #settings: ForwardSettings;
  readonly #headers: Readonly<Record<string, string>>;

  readonly #clock: Clock;

  constructor(client: HttpClient, settings: ForwardSettings, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
    this.#settings = settings;
    this.#headers = {
      ...settings.headers,
      ...writeRequestHeaders(settings.version),
      'user-agent': settings.userAgent,
      [forwardHeader]: settings.uid,
    };
  }

  /** @param body - compressed. @param signal - ends it, as a failure that is tried again. */
  async send(body: Uint8Array, size: BatchSize, signal: AbortSignal): Promise<SendOutcome> {
    const { url, version, timeoutMs, queue, blocked } = this.#settings;
    if (blocked !== undefined) {
      return { step: 'hold', fault: { reason: 'CredentialsInvalid', message: blocked } };
    }
    const timeout = new AbortController();
    const cancel = this.#clock.after(timeoutMs, () =>
      timeout.abort(new HttpError(`no answer within ${timeoutMs} ms`)),
    );
    try {
      const answer = await this.#client.ask({
        url,
        body,
        headers: this.#headers,
        signal: AbortSignal.any([signal, timeout.signal]),
        bodyBytesMax: answerBytesMax,
        readsAnyStatus: true,
      });
      const header = (name: string): string | undefined => answer.header?.(name);
      return outcomeOf({
        version,
        status: answer.status,
        what: `the receiver answers ${answer.status} ${answer.statusText}`.trim() + firstLine(answer.body),
        header,
        size,
        retriesRateLimit: queue.retriesRateLimit,
        nowMs: this.#clock.now(),
      });
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      return { step: 'retry', fault: { reason: 'Unreachable', message: error.message } };
    } finally {
      cancel();
    }
  }
}

interface Answered {
  readonly version: RemoteWriteVersion;
  readonly status: number;
  /** The answer in words. */
  readonly what: string;
  readonly header: (name: string) => string | undefined;
  readonly size: BatchSize;
  readonly retriesRateLimit: boolean;
  readonly nowMs: number;
}

/** What an answer means. */
function outcomeOf(answered: Answered): SendOutcome {
  const { version, status, what, header, size, nowMs } = answered;
  const counts = parseWrittenCounts(header);
  const failed = counts && {
    samples: Math.max(0, size.samples - counts.samples),
    histograms: Math.max(0, size.histograms - counts.histograms),
  };
  if (status >= 300 && status < 400) {
    const place = header('location');
    const where = place === undefined ? '' : ` to ${place.slice(0, reasonLengthMax)}`;
    const message = `${what}: requests are not sent on${where}; put the new address into spec.url`;
    return { step: 'hold', fault: { reason: 'Redirected', message } };
  }
  if (status === 508) {
    const message = `${what}; put the address of another server into spec.url`;
    return { step: 'hold', fault: { reason: 'LoopDetected', message } };
  }
  switch (senderStep(version, status)) {
    case 'done':
      // Who reads 2.0 as 1.0 finds an empty request in it, and takes that.
      if (version === '2.0' && !counts) {
        return versionRefused('the receiver does not say how much it has written, so it does not know 2.0');
      }
      return { step: 'done', failed: failed ?? none, ...partial(failed ?? none, what) };
    case 'fall_back':
      return versionRefused(what);
    case 'retry': {
      if (status === 429 && !answered.retriesRateLimit) break;
      const afterMs = retryAfter(header('retry-after'), nowMs);
      const reason = status === 429 ? 'RateLimited' : 'ServerError';
      return {
        step: 'retry',
        fault: { reason, message: what },
        ...(afterMs === undefined ? {} : { afterMs }),
      };
    }
    default:
  }
  return { step: 'drop', failed: failed ?? size, fault: { reason: 'SamplesRefused', message: what } };
}

function partial({ samples, histograms }: BatchSize, what: string): { readonly fault?: ForwardFault } {
  if (samples + histograms === 0) return {};
  const message = `${what}, and did not write ${samples} samples and ${histograms} histograms`;
  return { fault: { reason: 'SamplesRefused', message } };
}

function versionRefused(what: string): SendOutcome {
  const message = `${what}; set spec.messageVersion to V1.0, or update the receiver: nothing is lost meanwhile`;
  return { step: 'hold', fault: { reason: 'MessageVersionRefused', message } };
}

/** Spec: RFC 9110, section 10.2.3. @returns milliseconds; undefined when it says nothing that can be read */
function retryAfter(text: string | undefined, nowMs: number): number | undefined {
  if (text === undefined) return undefined;
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs;
  return Number.isNaN(ms) ? undefined : Math.min(retryAfterMsMax, Math.max(0, ms));
}

/** Why, in the words of the receiver: one line, printable. */
function firstLine(body: Uint8Array): string {
  const [line = ''] = new TextDecoder()
    .decode(body)
    .trim()
    .split(/[\r\n]/, 1);
  const shown = line.replaceAll(/[^\P{C}]/gu, '').slice(0, reasonLengthMax);
  return shown === '' ? '' : `: ${shown}`;
}
