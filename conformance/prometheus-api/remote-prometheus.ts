import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { dataOf, type PlinthProgram } from './plinth-program.ts';

/** A Prometheus that scrapes itself every second, and writes what it finds to a control plane too. */
export class RemotePrometheus {
  readonly url: string;
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess, url: string) {
    this.#process = process;
    this.url = url;
  }

  /** @param port - one that is free; it has to be known beforehand, since it scrapes itself */
  static async start(folder: string, port: number, plinth: PlinthProgram): Promise<RemotePrometheus> {
    mkdirSync(folder);
    const config = join(folder, 'prometheus.yml');
    // Every JSON document is one of YAML too.
    const text = JSON.stringify({
      global: { scrape_interval: '1s' },
      scrape_configs: [{ job_name: 'prometheus', static_configs: [{ targets: [`127.0.0.1:${port}`] }] }],
      remote_write: [
        {
          url: `${plinth.url}/prometheus/api/v1/write`,
          authorization: { credentials: plinth.token },
          tls_config: { ca_file: plinth.caFile },
          queue_config: { batch_send_deadline: '100ms' },
          metadata_config: { send_interval: '1s' },
        },
      ],
    });
    writeFileSync(config, text);
    const child = spawn(
      'prometheus',
      [
        `--config.file=${config}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    await isReady(child);
    return new RemotePrometheus(child, `http://127.0.0.1:${port}`);
  }

  /** What the HTTP API answers as data. */
  async data(path: string, parameters: Readonly<Record<string, string>> = {}): Promise<unknown> {
    const response = await fetch(`${this.url}/api/v1${path}?${new URLSearchParams(parameters)}`);
    return dataOf(await response.text());
  }

  /** Ends the process and waits for that. */
  async stop(): Promise<void> {
    const ended = new Promise<void>((resolve) => void this.#process.once('exit', () => resolve()));
    this.#process.kill();
    await ended;
  }
}

async function isReady(child: ChildProcess): Promise<void> {
  if (!child.stderr) throw new Error('prometheus has no log');
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stderr })) {
    lines.push(line);
    if (!line.includes('Server is ready to receive web requests')) continue;
    child.stderr.resume();
    return;
  }
  throw new Error(`prometheus ended: ${lines.slice(-3).join('\n')}`);
}
