import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Kernel, type KernelOptions, startKernel, systemClock, systemRandom } from '@plinth/kernel';
import { type LabDatabase, makeLabDatabase } from '@plinth/kernel/testing';
import { type Credentials, HttpsClient } from './https-client.ts';

/** A control plane of a test's own, in this process, on a free port and an empty data directory. */
export interface TestServer {
  readonly url: string;
  readonly kernel: Kernel;
  /** A temporary directory that is removed when the server closes; the data lie in its folder `data`. */
  readonly directory: string;
  /** What the server reported as its own faults; a test that expects none asserts that it stays empty. */
  readonly faults: readonly string[];
  /** Requests as the administrator of the kubeconfig. */
  readonly admin: HttpsClient;
  /** Requests without any credential. */
  readonly nobody: HttpsClient;
  /** Requests that the administrator makes in the name of somebody else. */
  as(username: string, groups?: readonly string[]): HttpsClient;
  /** All that the store holds as it is kept: the files of SQLite, or the tables of the database. */
  storedText(): Promise<string>;
  /** Stops the server and starts another one on the same data and the same port. @param between - what is done to the data meanwhile */
  restart(between?: () => void): Promise<TestServer>;
  close(): Promise<void>;
}

/**
 * Starts a control plane for tests: on a database of its own when `PLINTH_TEST_ENGINE` is `postgres`.
 *
 * @param options what differs from a plain kernel without capabilities
 * @returns when the API answers
 */
export async function startTestServer(options: Partial<KernelOptions> = {}): Promise<TestServer> {
  const database = options.database === undefined ? await makeLabDatabase() : undefined;
  const directory = mkdtempSync(join(tmpdir(), 'plinth-test-'));
  return await startIn(
    { directory, database },
    { ...options, ...(database ? { database: database.url } : {}) },
  );
}

/** What is removed with the server. */
interface TestPlace {
  readonly directory: string;
  readonly database: LabDatabase | undefined;
}

async function startIn(place: TestPlace, options: Partial<KernelOptions>): Promise<TestServer> {
  const { directory, database } = place;
  const faults: string[] = [];
  const kernel = await startKernel({
    dataDirectory: join(directory, 'data'),
    port: 0,
    host: '127.0.0.1',
    version: '0.1.0',
    capabilities: [],
    clock: systemClock,
    random: systemRandom,
    onFault: (what, error) => faults.push(`${what}: ${error instanceof Error ? error.stack : String(error)}`),
    ...options,
  });
  const credentials = readCredentials(kernel.kubeconfigPath);
  const { ca } = credentials;
  const clients: HttpsClient[] = [];
  const client = (
    more: Partial<Credentials>,
    headers: Record<string, string | string[]> = {},
  ): HttpsClient => {
    const made = new HttpsClient(kernel.url, { ca, ...more }, headers);
    clients.push(made);
    return made;
  };
  const stop = async (): Promise<void> => {
    for (const one of clients) one.close();
    await kernel.close();
  };
  return {
    url: kernel.url,
    kernel,
    directory,
    faults,
    admin: client(credentials),
    nobody: client({}),
    as: (username, groups = []) =>
      client(credentials, { 'Impersonate-User': username, 'Impersonate-Group': [...groups] }),
    storedText: async () => (database ? await database.contents() : textOf(join(directory, 'data', 'store'))),
    async restart(between) {
      await stop();
      between?.();
      return await startIn(place, { ...options, port: Number(new URL(kernel.url).port) });
    },
    async close() {
      await stop();
      await database?.remove();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function textOf(folder: string): string {
  return readdirSync(folder)
    .map((name) => readFileSync(join(folder, name)).toString('latin1'))
    .join('\n');
}

/** Takes the certificates out of a kubeconfig that the kernel has written. */
function readCredentials(path: string): Credentials & { ca: string } {
  const text = readFileSync(path, 'utf8');
  const field = (name: string): string => {
    const encoded = new RegExp(`${name}: (\\S+)`).exec(text)?.[1];
    if (encoded === undefined) throw new Error(`${path} has no ${name}`);
    return Buffer.from(encoded, 'base64').toString('utf8');
  };
  return {
    ca: field('certificate-authority-data'),
    cert: field('client-certificate-data'),
    key: field('client-key-data'),
  };
}
