import { setTimeout } from 'node:timers/promises';
import { type ApiClient, ApiFailure } from '../api/api-client.ts';
import { memberOf, numberAt, textAt } from '../api/json.ts';
import { Failure } from '../cli/failure.ts';

/** How often, and after how many milliseconds, a log that broke off is asked for again. */
const resumesMax = 30;
const resumeAfterMs = 1_000;

/** Where the log of a run is shown. */
export interface LogScreen {
  /** Told when the lines that follow are of another step. */
  step(name: string): void;
  /** A record as it came, and what of it is for people: whole lines, or a part of one; empty when there is nothing. */
  record(line: string, text: string): void;
}

/** How much of a log is shown. */
export interface LogRange {
  /** Only this step. */
  readonly step?: string | undefined;
  /** Whether what is still to come is waited for, until the run ends. */
  readonly follow: boolean;
  /** Ends that before. */
  readonly signal?: AbortSignal;
}

/** What the programs of a run print. Each record is shown once, however often the log is asked for. */
export class RunLog {
  readonly #client: ApiClient;
  readonly #path: string;
  readonly #screen: LogScreen;
  /** Where each step has been shown up to: a log that broke off is asked for again from its beginning. */
  readonly #places = new Map<string, number>();
  #step = '';

  /** @param runPath where the run is served */
  constructor(client: ApiClient, runPath: string, screen: LogScreen) {
    this.#client = client;
    this.#path = `${runPath}/log`;
    this.#screen = screen;
  }

  /** Whether nothing has been shown. */
  get isEmpty(): boolean {
    return this.#places.size === 0;
  }

  /** @throws ApiFailure when the API refuses, Failure when it is not to be reached for a while */
  async show({ step, follow, signal }: LogRange): Promise<void> {
    const query = new URLSearchParams();
    if (step !== undefined) query.set('step', step);
    if (follow) query.set('follow', 'true');
    for (let resumes = 0; ; resumes++) {
      try {
        await this.#showOnce(`${this.#path}?${query.toString()}`, signal);
        return;
      } catch (error) {
        const mayResume = follow && !this.isEmpty && resumes < resumesMax && signal?.aborted !== true;
        if (!mayResume || !(error instanceof Failure) || error instanceof ApiFailure) throw error;
        await setTimeout(resumeAfterMs);
      }
    }
  }

  async #showOnce(path: string, signal: AbortSignal | undefined): Promise<void> {
    for await (const line of this.#client.lines(path, signal)) {
      const entry: unknown = JSON.parse(line);
      const step = textAt(entry, 'step');
      // A step that another process took over has a log in each of the two.
      const place = `${step}\n${textAt(entry, 'process')}`;
      if ((numberAt(entry, 'offset') ?? 0) < (this.#places.get(place) ?? 0)) continue;
      this.#places.set(place, numberAt(entry, 'nextOffset') ?? 0);
      if (step !== this.#step) this.#screen.step(step);
      this.#step = step;
      this.#screen.record(line, textOf(entry));
    }
  }
}

/** A record for people; the start of an attempt says nothing that they need. */
function textOf(entry: unknown): string {
  switch (textAt(entry, 'kind')) {
    case 'output': {
      const base64 = textAt(entry, 'base64');
      return base64 === '' ? textAt(entry, 'text') : Buffer.from(base64, 'base64').toString('utf8');
    }
    case 'gap':
    case 'lost':
      return `[${numberAt(entry, 'bytes') ?? 0} bytes of output are missing here]\n`;
    case 'end': {
      const why =
        textAt(entry, 'message') ||
        textAt(entry, 'signal') ||
        `exit code ${numberAt(entry, 'exitCode') ?? 0}`;
      return memberOf(entry, 'exitCode') === 0 ? '' : `[ended: ${why}]\n`;
    }
    default:
      return '';
  }
}
