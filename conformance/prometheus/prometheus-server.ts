import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Why there is no Prometheus to compare with, or false when there is one. */
export function prometheusAbsent(): string | false {
  for (const program of ['prometheus', 'promtool']) {
    if (spawnSync(program, ['--version']).status !== 0) return `${program} is not on PATH`;
  }
  return false;
}

/** A Prometheus with some data, on a port of its own. */
export class PrometheusServer {
  readonly #process: ChildProcess;
  readonly #url: string;

  private constructor(process: ChildProcess, url: string) {
    this.#process = process;
    this.#url = url;
  }

  /** @param openMetrics - the data. */
  static async start(folder: string, openMetrics: string): Promise<PrometheusServer> {
    const input = join(folder, 'data.om');
    const data = join(folder, 'data');
    mkdirSync(data);
    writeFileSync(input, openMetrics);
    const imported = spawnSync('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', input, data]);
    if (imported.status !== 0) throw new Error(`promtool: ${String(imported.stderr)}`);
    const config = join(folder, 'prometheus.yml');
    writeFileSync(config, 'global: {}\n');
    const child = spawn(
      'prometheus',
      [
        `--config.file=${config}`,
        `--storage.tsdb.path=${data}`,
        '--storage.tsdb.retention.time=100y',
        '--web.listen-address=127.0.0.1:0',
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    return new PrometheusServer(child, await listeningUrl(child));
  }

  /** The answer of the HTTP API to a query. */
  async query(path: 'query' | 'query_range', parameters: Record<string, string>): Promise<unknown> {
    const body = new URLSearchParams(parameters);
    const response = await fetch(`${this.#url}/api/v1/${path}`, { method: 'POST', body });
    return response.json();
  }

  /** Ends the process and waits for that. */
  async stop(): Promise<void> {
    const ended = new Promise<void>((resolve) => void this.#process.once('exit', () => resolve()));
    this.#process.kill();
    await ended;
  }
}

/** Reads the log until it names the address, and that it is ready. */
async function listeningUrl(child: ChildProcess): Promise<string> {
  if (!child.stderr) throw new Error('prometheus has no log');
  const lines: string[] = [];
  let address: string | undefined;
  for await (const line of createInterface({ input: child.stderr })) {
    lines.push(line);
    address = /msg="Listening on" address=(\S+)/.exec(line)?.[1] ?? address;
    if (address !== undefined && line.includes('Server is ready to receive web requests')) {
      child.stderr.resume();
      return `http://${address}`;
    }
  }
  throw new Error(`prometheus ended: ${lines.slice(-3).join('\n')}`);
}
