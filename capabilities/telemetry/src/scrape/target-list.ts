import type { Clock } from '@plinth/kernel';
import { targetListBytesMax } from '../limits.ts';
import { type HttpClient, HttpError } from './ports.ts';
import type { TargetGroup } from './scrape-settings.ts';

/** Where a list of targets is read, and how often. */
export interface TargetListOptions {
  readonly url: string;
  readonly refreshMs: number;
  readonly client: HttpClient;
  readonly userAgent: string;
  readonly clock: Clock;
  /** Told after each time it was read, whether or not that went well. */
  readonly changed: () => void;
  readonly onFault: (what: string, error: unknown) => void;
}

const jsonType = /^application\/json(;\s*charset=("utf-8"|utf-8))?$/i;

/** A list of targets that is read over HTTP, again and again. Spec: Prometheus 3.14, HTTP SD. */
export class TargetList {
  readonly #options: TargetListOptions;
  /** Those of the last time that went well. */
  groups: readonly TargetGroup[] = [];
  /** Why it could not be read the last time; empty when it could. */
  lastError = '';
  /** Whether it has been read, or could not be. */
  isTried = false;
  #cancel: () => void = () => {};
  #abort = new AbortController();
  #isOver = false;

  /** @param groups - to begin with, until it has been read */
  constructor(options: TargetListOptions, groups: readonly TargetGroup[]) {
    this.#options = options;
    this.groups = groups;
  }

  start(): void {
    this.#refresh().catch((error: unknown) => this.#options.onFault('reading a list of targets', error));
  }

  stop(): void {
    this.#isOver = true;
    this.#cancel();
    this.#abort.abort(new HttpError('reading the list was stopped'));
    this.#options.client.close();
  }

  async #refresh(): Promise<void> {
    const { clock, refreshMs, changed } = this.#options;
    try {
      this.groups = await this.#read();
      this.lastError = '';
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      this.lastError = error.message;
    }
    if (this.#isOver) return;
    this.isTried = true;
    this.#cancel = clock.after(refreshMs, () => this.start());
    changed();
  }

  /** @throws HttpError */
  async #read(): Promise<readonly TargetGroup[]> {
    const { clock, refreshMs, client, url, userAgent } = this.#options;
    this.#abort = new AbortController();
    const abort = this.#abort;
    const cancel = clock.after(refreshMs, () => abort.abort(new HttpError('context deadline exceeded')));
    const answer = await client
      .ask({
        url,
        headers: {
          accept: 'application/json',
          'accept-encoding': 'gzip',
          'user-agent': userAgent,
          'x-prometheus-refresh-interval-seconds': String(refreshMs / 1000),
        },
        signal: abort.signal,
        bodyBytesMax: targetListBytesMax,
      })
      .finally(cancel);
    if (answer.status !== 200) {
      throw new HttpError(`server returned HTTP status ${answer.status} ${answer.statusText}`.trimEnd());
    }
    if (!jsonType.test(answer.contentType?.trim() ?? '')) {
      throw new HttpError(`unsupported content type ${JSON.stringify(answer.contentType ?? '')}`);
    }
    return groupsOf(answer.body, url);
  }
}

/** @throws HttpError */
function groupsOf(body: Uint8Array, url: string): readonly TargetGroup[] {
  const parsed = parseJson(Buffer.from(body).toString());
  if (parsed === null) return [];
  if (!Array.isArray(parsed)) throw new HttpError('the list of targets is no JSON array');
  return parsed.map((one: unknown, i) => {
    if (one === null) throw new HttpError('nil target group item found');
    if (!isRecord(one)) throw new HttpError(`item ${i} of the list of targets is no object`);
    const targets = one['targets'] ?? [];
    const labels = one['labels'] ?? {};
    if (!Array.isArray(targets) || !targets.every((target) => typeof target === 'string')) {
      throw new HttpError(`item ${i} of the list of targets: targets is no list of texts`);
    }
    if (!isRecord(labels)) throw new HttpError(`item ${i} of the list of targets: labels is no object`);
    const own: Record<string, string> = {};
    for (const [name, value] of Object.entries(labels)) {
      if (name === '') {
        throw new HttpError(`item ${i} of the list of targets: "" is not a valid label name`);
      }
      if (typeof value !== 'string') {
        throw new HttpError(`item ${i} of the list of targets: label ${JSON.stringify(name)} is no text`);
      }
      own[name] = value;
    }
    return { targets, labels: { ...own, __meta_url: url } };
  });
}

/** @throws HttpError that does not repeat what was sent */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new HttpError('the list of targets is no JSON', { cause: error });
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
