import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Target } from './http-client.ts';

const launcher = fileURLToPath(new URL('../../../apps/plinth/bin/plinth.js', import.meta.url));
/** A workspace without objects, so that what is measured is what the benchmark itself does. */
const emptyWorkspace = fileURLToPath(new URL('../empty', import.meta.url));

/** A control plane that runs as a process of its own. */
export interface RunningPlinth {
  readonly target: Target;
  readonly dataDirectory: string;
  /** Milliseconds from the start of the process to its ready line. */
  readonly readyMs: number;
  readonly pid: number;
  /** Resident memory in MiB. */
  rssMiB(): number;
  /** @param signal SIGKILL for an end that nothing could prepare for */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

/** How a process differs from one that was started without options. */
export interface PlinthOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Further arguments of `plinth up`. */
  readonly args?: readonly string[];
}

/** Starts the program and waits until it is ready. */
export async function startPlinth(
  dataDirectory: string,
  { env = {}, args: more = [] }: PlinthOptions = {},
): Promise<RunningPlinth> {
  const startedAt = performance.now();
  const args = [launcher, 'up', emptyWorkspace, '--data', dataDirectory, '--port', '0', ...more];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const port = await readyPort(child);
  const readyMs = performance.now() - startedAt;
  const { pid } = child;
  if (pid === undefined) throw new Error('the program did not start');
  return {
    // A process without the API writes no kubeconfig.
    get target() {
      return { host: '127.0.0.1', port, ...credentials(join(dataDirectory, 'kubeconfig')) };
    },
    dataDirectory,
    readyMs,
    pid,
    rssMiB: () => rssOf(pid),
    stop: (signal = 'SIGTERM') =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.kill(signal);
      }),
  };
}

function readyPort(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      const ready = /Plinth is ready: https:\/\/\S+:(\d+)/.exec(output);
      if (ready) resolve(Number(ready[1]));
    });
    child.once('exit', (code) => reject(new Error(`the program ended with code ${code}: ${output}`)));
  });
}

function credentials(path: string): { ca: string; cert: string; key: string } {
  const text = readFileSync(path, 'utf8');
  const field = (name: string): string => {
    const found = new RegExp(`${name}: (\\S+)`).exec(text)?.[1];
    if (found === undefined) throw new Error(`${path} has no ${name}`);
    return Buffer.from(found, 'base64').toString();
  };
  return {
    ca: field('certificate-authority-data'),
    cert: field('client-certificate-data'),
    key: field('client-key-data'),
  };
}

/** Resident memory of a process in MiB. */
function rssOf(pid: number): number {
  const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1] ?? 0) / 1024;
}
