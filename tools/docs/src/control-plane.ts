import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { catalogCapability } from '@plinth/catalog';
import { infraCapability } from '@plinth/infra';
import { startKernel, systemClock, systemRandom } from '@plinth/kernel';
import { telemetryCapability } from '@plinth/telemetry';
import { workspaceCapability } from '@plinth/workspace';

/** A control plane that was started to be described. */
export interface ControlPlane {
  /** Reads a path as the administrator. @throws when the answer is not 200 */
  text(path: string, accept?: string): Promise<string>;
  json(path: string, accept?: string): Promise<unknown>;
}

/**
 * Starts a control plane with all capabilities in a directory of its own, and ends it after `work`.
 *
 * @returns what `work` returns
 */
export async function withControlPlane<T>(work: (plane: ControlPlane) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'plinth-docs-'));
  try {
    const kernel = await startKernel({
      dataDirectory: join(directory, 'data'),
      port: 0,
      host: '127.0.0.1',
      version: '0.1.0',
      capabilities: [workspaceCapability, telemetryCapability, infraCapability, catalogCapability],
      clock: systemClock,
      random: systemRandom,
      onFault: (what, error) => process.stderr.write(`${what}: ${String(error)}\n`),
    });
    const agent = new Agent({ keepAlive: true, ...credentials(readFileSync(kernel.kubeconfigPath, 'utf8')) });
    try {
      const text = (path: string, accept?: string): Promise<string> =>
        get(agent, `${kernel.url}${path}`, accept);
      const json = async (path: string, accept?: string): Promise<unknown> => {
        const parsed: unknown = JSON.parse(await text(path, accept));
        return parsed;
      };
      return await work({ text, json });
    } finally {
      agent.destroy();
      await kernel.close();
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function credentials(kubeconfig: string): { ca: Buffer; cert: Buffer; key: Buffer } {
  const field = (name: string): Buffer =>
    Buffer.from(new RegExp(`${name}: (\\S+)`).exec(kubeconfig)?.[1] ?? '', 'base64');
  return {
    ca: field('certificate-authority-data'),
    cert: field('client-certificate-data'),
    key: field('client-key-data'),
  };
}

function get(agent: Agent, url: string, accept = 'application/json'): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent, headers: { accept } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`GET ${url}: expected 200, found ${response.statusCode}: ${text}`));
      });
    });
    sent.on('error', reject);
    sent.end();
  });
}
