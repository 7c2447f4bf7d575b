import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Kernel, type KernelOptions, startKernel, systemClock, systemRandom } from '@plinth/kernel';
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
  /** Stops the server and starts another one on the same data and the same port. */
  restart(): Promise<TestServer>;
  close(): Promise<void>;
}

/**
 * Starts a control plane for tests.
 *
 * @param options what differs from a plain kernel without capabilities
 * @returns when the API answers
 */
export async function startTestServer(options: Partial<KernelOptions> = {}): Promise<TestServer> {
  return await startIn(mkdtempSync(join(tmpdir(), 'plinth-test-')), options);
}

async function startIn(directory: string, options: Partial<KernelOptions>): Promise<TestServer> {
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
    async restart() {
      await stop();
      return await startIn(directory, { ...options, port: Number(new URL(kernel.url).port) });
    },
    async close() {
      await stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
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
