import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { at, type HttpsClient, textAt } from './https-client.ts';
import { until } from './until.ts';

/** One event of a watch. */
export interface WatchEvent {
  readonly type: string;
  readonly object: unknown;
}

/** Reads a watch as it comes in. */
export class WatchReader {
  readonly events: WatchEvent[] = [];
  /** Whether the server has ended the watch. */
  ended = false;
  readonly #response: IncomingMessage;

  private constructor(response: IncomingMessage) {
    this.#response = response;
    let rest = '';
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const event: unknown = JSON.parse(line);
        this.events.push({ type: textAt(event, 'type'), object: at(event, 'object') });
      }
    });
    response.on('close', () => {
      this.ended = true;
    });
  }

  /** @throws Error when the server does not answer with a stream */
  static async open(
    client: HttpsClient,
    path: string,
    headers: OutgoingHttpHeaders = {},
  ): Promise<WatchReader> {
    const mark = path.includes('?') ? '&' : '?';
    const response = await client.open('GET', `${path}${mark}watch=true`, { headers });
    if (response.statusCode !== 200) throw new Error(`the watch was answered ${response.statusCode}`);
    return new WatchReader(response);
  }

  /** Waits until there are `count` events, and returns the first so many. */
  async first(count: number): Promise<WatchEvent[]> {
    await until(`${count} events`, () => (this.events.length >= count ? true : undefined));
    return this.events.slice(0, count);
  }

  /** Waits for the first event that fits. */
  find(what: string, fits: (event: WatchEvent) => boolean): Promise<WatchEvent> {
    return until(what, () => this.events.find(fits));
  }

  /** Waits until the server ends the watch. */
  async end(): Promise<void> {
    await until('the end of the watch', () => (this.ended ? true : undefined));
  }

  close(): void {
    this.#response.destroy();
  }
}

/** The names and types of events, such as `ADDED a`. */
export function summary(events: readonly WatchEvent[]): string[] {
  return events.map(({ type, object }) => `${type} ${String(at(object, 'metadata', 'name') ?? '')}`.trim());
}
