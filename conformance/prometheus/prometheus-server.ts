import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  compressSnappy,
  encodeWriteRequest,
  type WriteSeries,
  writeRequestHeaders,
} from '@plinth/remote-write';

/** Why there is no Prometheus to compare with, or false when there is one. */
export function prometheusAbsent(): string | false {
  return spawnSync('prometheus', ['--version']).status === 0 ? false : 'prometheus is not on PATH';
}

/** A Prometheus without data, on a port of its own. */
export class PrometheusServer {
  readonly #process: ChildProcess;
  readonly #url: string;

  private constructor(process: ChildProcess, url: string) {
    this.#process = process;
    this.#url = url;
  }

  /** @param flags - further ones. */
  static async start(folder: string, flags: readonly string[] = []): Promise<PrometheusServer> {
    const config = join(folder, 'prometheus.yml');
    writeFileSync(config, 'global: {}\n');
    const child = spawn(
      'prometheus',
      [
        `--config.file=${config}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        '--storage.tsdb.retention.time=100y',
        '--web.listen-address=127.0.0.1:0',
        '--web.enable-remote-write-receiver',
        ...flags,
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    return new PrometheusServer(child, await listeningUrl(child));
  }

  /** Sends samples by remote write. @throws Error with its answer when it does not take them */
  async write(series: readonly WriteSeries[]): Promise<void> {
    const response = await fetch(`${this.#url}/api/v1/write`, {
      method: 'POST',
      headers: writeRequestHeaders('1.0'),
      body: compressSnappy(encodeWriteRequest(series)),
    });
    if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  }

  /** The answer of the HTTP API to a query. */
  async query(
    path: 'query' | 'query_range' | 'query_exemplars',
    parameters: Record<string, string>,
  ): Promise<unknown> {
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
