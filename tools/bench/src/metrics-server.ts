import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Connection, type PlainTarget, requestText, type Target } from './http-client.ts';
import { startPlinth } from './plinth.ts';
import { makeTenant, tenantReady, tenantTarget } from './tenant.ts';

/** A server that takes metrics and is asked about them. */
export interface MetricsServer {
  readonly name: string;
  readonly pid: number;
  readonly target: Target | PlainTarget;
  /** Path before `/api/v1`. */
  readonly root: string;
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

/** How a server differs from one that was started without options. */
interface StartOptions {
  /** Whether samples stay in the log for longer than the run, so that a start has to read them all. */
  readonly keepsLog?: boolean;
}

/** A program that is measured. */
export interface MetricsProduct {
  readonly name: string;
  /** Why it is not measured; undefined when it is. */
  readonly reason?: string;
  /** Starts it with its data in a directory, and waits until it answers. */
  start(directory: string, options?: StartOptions): Promise<MetricsServer>;
  /** Bytes of samples and their index in blocks, without a log. */
  blockBytes(directory: string): number;
}

/** The files of rules that Prometheus reads, below its directory. */
export const prometheusRuleFiles = 'rules-*.yml';

const host = '127.0.0.1';
const files = { prometheus: '/usr/bin/prometheus', victoria: '/usr/bin/victoria-metrics' } as const;

/**
 * The metrics of a tenant: into those of the host Plinth writes its own of the present, beside which samples of hours ago
 * are refused, as they are by a Prometheus that scrapes something.
 */
const tenant = 'bench';

const plinth: MetricsProduct = {
  name: 'Plinth',
  async start(directory) {
    const running = await startPlinth(directory);
    const { pid } = running;
    const host = await Connection.open(running.target);
    await makeTenant(host, tenant);
    await tenantReady(host, tenant);
    host.close();
    const target = await tenantTarget(running, tenant);
    const { root } = target;
    return {
      name: 'Plinth',
      pid,
      target,
      root: `${root}/prometheus`,
      stop: (signal) => running.stop(signal),
    };
  },
  blockBytes: (directory) =>
    readdirSync(directory, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('/metrics/blocks') && path !== 'metrics/blocks')
      .reduce((sum, path) => sum + bytesOf(join(directory, path)), 0),
};

const prometheus: MetricsProduct = {
  name: nameOf('Prometheus', files.prometheus, '--version'),
  ...missing(files.prometheus),
  async start(directory, { keepsLog = false } = {}) {
    mkdirSync(directory, { recursive: true });
    const config = join(directory, 'prometheus.yml');
    writeFileSync(config, JSON.stringify({ rule_files: [join(directory, prometheusRuleFiles)] }));
    const port = await freePort();
    const args = [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      `--web.listen-address=${host}:${port}`,
      '--web.enable-remote-write-receiver',
      ...(keepsLog ? ['--storage.tsdb.min-block-duration=24h'] : []),
    ];
    return await startPeer(prometheus.name, files.prometheus, args, { port, root: '', ready: '/-/ready' });
  },
  blockBytes: (directory) =>
    readdirSync(join(directory, 'data'))
      .filter((name) => /^[0-9A-Z]{26}$/.test(name))
      .reduce((sum, name) => sum + bytesOf(join(directory, 'data', name)), 0),
};

const victoria: MetricsProduct = {
  name: nameOf('VictoriaMetrics', files.victoria, '-version'),
  ...missing(files.victoria),
  async start(directory) {
    mkdirSync(directory, { recursive: true });
    const port = await freePort();
    const args = [
      `-storageDataPath=${join(directory, 'data')}`,
      `-httpListenAddr=${host}:${port}`,
      // It would answer the same question from its memory of the answer.
      '-search.disableCache',
    ];
    const at = { port, root: '/prometheus', ready: '/health' };
    return await startPeer(victoria.name, files.victoria, args, at);
  },
  blockBytes: (directory) =>
    bytesOf(join(directory, 'data', 'data')) + bytesOf(join(directory, 'data', 'indexdb')),
};

/** The programs, each beside the others where it is on this machine. */
export const metricsProducts: readonly MetricsProduct[] = [plinth, prometheus, victoria];
export { plinth as plinthMetrics, prometheus as prometheusMetrics };

function missing(file: string): { readonly reason?: string } {
  return existsSync(file) ? {} : { reason: `${file} is not on this machine` };
}

/** The name with the version, where the program tells one; that of Debian's VictoriaMetrics is empty. */
function nameOf(name: string, file: string, option: string): string {
  if (!existsSync(file)) return name;
  const text = execFileSync(file, [option], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const version = /\d+\.\d+(\.\d+)?/.exec(text)?.[0];
  return version === undefined ? name : `${name} ${version}`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function startPeer(
  name: string,
  file: string,
  args: readonly string[],
  { port, root, ready }: { readonly port: number; readonly root: string; readonly ready: string },
): Promise<MetricsServer> {
  const child = spawn(file, args, { stdio: 'ignore' });
  await once(child, 'spawn');
  const target = { host, port };
  await answering(child, target, ready);
  return {
    name,
    pid: child.pid ?? 0,
    target,
    root,
    async stop(signal = 'SIGTERM') {
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
    },
  };
}

async function answering(child: ChildProcess, target: PlainTarget, path: string): Promise<void> {
  while (child.exitCode === null) {
    try {
      const connection = await Connection.open(target);
      const { status } = await connection.send(requestText('GET', path));
      connection.close();
      if (status === 200) return;
    } catch {
      // It does not listen yet.
    }
    await pause(10);
  }
  throw new Error(`${child.spawnfile} ended with code ${child.exitCode}`);
}

/** Bytes of all files below a directory, as far as there is one. */
export function bytesOf(directory: string): number {
  if (!existsSync(directory)) return 0;
  let sum = 0;
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const stat = statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false });
    if (stat?.isFile()) sum += stat.size;
  }
  return sum;
}
