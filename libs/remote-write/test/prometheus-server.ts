import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

/** Why tests against a real Prometheus are skipped; false when there is one. */
export const prometheusSkip: string | false =
  spawnSync('prometheus', ['--version']).status === 0 ? false : 'prometheus is not on the PATH';

/** A Prometheus on a port of its own that takes remote write. */
export class PrometheusServer implements AsyncDisposable {
  readonly url: string;
  readonly #process: ChildProcess;
  readonly #directory: string;

  private constructor(url: string, process: ChildProcess, directory: string) {
    this.url = url;
    this.#process = process;
    this.#directory = directory;
  }

  static async start(): Promise<PrometheusServer> {
    const directory = mkdtempSync(path.join(tmpdir(), 'plinth-prometheus-'));
    const config = path.join(directory, 'prometheus.yml');
    writeFileSync(config, 'global: {scrape_interval: 1h}\n');
    const process = spawn('prometheus', [
      `--config.file=${config}`,
      `--storage.tsdb.path=${path.join(directory, 'data')}`,
      '--web.listen-address=127.0.0.1:0',
      '--web.enable-remote-write-receiver',
      '--enable-feature=native-histograms',
    ]);
    let address = '';
    for await (const line of createInterface({ input: process.stderr })) {
      address ||= /Listening on.*address=(127\.0\.0\.1:\d+)/.exec(line)?.[1] ?? '';
      if (line.includes('Server is ready to receive web requests')) break;
    }
    if (address === '') throw new Error('prometheus ended before it was ready');
    process.stderr.resume();
    return new PrometheusServer(`http://${address}`, process, directory);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.kill();
    await ended;
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
