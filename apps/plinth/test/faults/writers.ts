import { type Answer, at, type HttpsClient, textAt } from '../harness/https-client.ts';
import { type Ledger, numbered } from './ledger.ts';

/** What a group of writers does. */
export interface WriterOptions {
  readonly ledger: Ledger;
  readonly path: string;
  /** Writers that work at the same time, each on objects of its own, with a request on its way at all times. */
  readonly writers: number;
  readonly objectsPerWriter: number;
  /** A whole number in [0, bound). */
  readonly below: (bound: number) => number;
  /** Numbers that no write has carried before. */
  readonly next: () => number;
  /** Writers end when this is reached, or when the server stops answering. */
  readonly writesMax: number;
  /** Told of each answer that the test did not expect. */
  readonly onRefusal?: (answer: Answer) => void;
}

/**
 * Creates, replaces, patches and deletes objects until enough is written or the connection breaks.
 *
 * @returns when every writer has ended; the ledger says what was acknowledged
 */
export async function writeAll(client: HttpsClient, options: WriterOptions): Promise<void> {
  let left = options.writesMax;
  const writers = Array.from({ length: options.writers }, async (_, writer) => {
    for (let i = 0; left > 0; i++) {
      left--;
      const name = `o-${writer}-${(i * 7) % options.objectsPerWriter}`;
      if (!(await writeOne(client, name, options))) return;
    }
  });
  await Promise.all(writers);
}

/** @returns false when no answer came */
async function writeOne(client: HttpsClient, name: string, options: WriterOptions): Promise<boolean> {
  const { ledger, below, next, onRefusal } = options;
  const known = ledger.known(name);
  const deletes = known !== undefined && below(6) === 0;
  const number = deletes ? known : next();
  ledger.attempt(name, deletes ? undefined : number, number);
  let answer: Answer;
  try {
    answer = await send(client, name, { known, number, deletes }, options);
  } catch {
    // The server died: whether the write happened shows after its restart.
    return false;
  }
  if (answer.status === 200 || answer.status === 201) {
    const revision = deletes ? undefined : Number(textAt(answer.json, 'metadata', 'resourceVersion'));
    ledger.acknowledge(name, revision);
  } else {
    ledger.refuse(name);
    onRefusal?.(answer);
  }
  return true;
}

function send(
  client: HttpsClient,
  name: string,
  write: { known: number | undefined; number: number; deletes: boolean },
  { path, below }: WriterOptions,
): Promise<Answer> {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', ...numbered(name, write.number) };
  if (write.known === undefined) return client.post(path, object);
  if (write.deletes) return client.delete(`${path}/${name}`);
  if (below(3) > 0) return client.put(`${path}/${name}`, object);
  return client.patch(`${path}/${name}`, object, 'application/merge-patch+json');
}

/**
 * Adds one to a shared number again and again, as several clients do that all guard against each other with the
 * resourceVersion: what was acknowledged is at most what is there, and that is at most what was tried.
 */
export class SharedCounter {
  readonly #path: string;
  readonly #name: string;
  acknowledged = 0;
  unknown = 0;

  constructor(path: string, name: string) {
    this.#path = path;
    this.#name = name;
  }

  /** Counts up until the connection breaks or `ended` says so. */
  async run(client: HttpsClient, ended: () => boolean): Promise<void> {
    while (!ended()) {
      let asked = false;
      try {
        const live = await client.get(`${this.#path}/${this.#name}`);
        const count = live.status === 404 ? 0 : Number(textAt(live.json, 'data', 'count'));
        const object = {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: this.#name, resourceVersion: at(live.json, 'metadata', 'resourceVersion') },
          data: { count: String(count + 1) },
        };
        if (live.status === 404) delete object.metadata.resourceVersion;
        asked = true;
        const answer =
          live.status === 404
            ? await client.post(this.#path, object)
            : await client.put(`${this.#path}/${this.#name}`, object);
        if (answer.status === 200 || answer.status === 201) this.acknowledged++;
      } catch {
        if (asked) this.unknown++;
        return;
      }
    }
  }

  /** @returns what is wrong with the count that a server has */
  async settle(client: HttpsClient): Promise<string[]> {
    const live = await client.get(`${this.#path}/${this.#name}`);
    const count = live.status === 404 ? 0 : Number(textAt(live.json, 'data', 'count'));
    const { acknowledged, unknown } = this;
    this.acknowledged = count;
    this.unknown = 0;
    if (count >= acknowledged && count <= acknowledged + unknown) return [];
    return [`${this.#name} is at ${count}: ${acknowledged} were acknowledged, ${unknown} have no answer`];
  }
}
