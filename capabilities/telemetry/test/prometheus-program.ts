import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';

/** Why tests against a real Prometheus are skipped; false when there is one. */
export const prometheusSkip: string | false =
  spawnSync('prometheus', ['--version']).status === 0 ? false : 'prometheus is not on the PATH';

/** One series of an instant vector, as the API answers it. */
export interface InstantSeries {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [timeS: number, value: string];
}

/** Starts a Prometheus that scrapes, for one test. @returns its host and port */
export async function startPrometheus(t: TestContext, scrapeConfigs: readonly object[]): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'plinth-prometheus-'));
  const config = join(directory, 'prometheus.yml');
  await writeFile(config, JSON.stringify({ scrape_configs: scrapeConfigs }));
  const child = spawn('prometheus', [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(directory, 'data')}`,
    '--web.listen-address=127.0.0.1:0',
  ]);
  t.after(async () => {
    if (child.exitCode === null) {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    }
    await rm(directory, { recursive: true, force: true });
  });
  let address = '';
  let isReady = false;
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stderr })) {
    said.push(line);
    address ||= /Listening on.*address=(127\.0\.0\.1:\d+)/.exec(line)?.[1] ?? '';
    isReady ||= line.includes('Server is ready to receive web requests');
    // They come in any order.
    if (isReady && address !== '') break;
  }
  if (!isReady) throw new Error(`prometheus ended before it was ready: ${said.join('\n')}`);
  child.stderr.resume();
  return address;
}

/** Asks a Prometheus. @param timeMs - the present unless it is given */
export async function instantQuery(
  address: string,
  query: string,
  timeMs?: number,
): Promise<readonly InstantSeries[]> {
  const parameters = new URLSearchParams({
    query,
    ...(timeMs === undefined ? {} : { time: String(timeMs / 1000) }),
  });
  const answer = await fetch(`http://${address}/api/v1/query?${parameters.toString()}`);
  return vectorOf(await answer.json());
}

/** The vector of an answer of the API. @throws Error when it has none */
export function vectorOf(answer: unknown): readonly InstantSeries[] {
  const data = fieldOf(answer, 'data');
  const result = fieldOf(data, 'result');
  if (fieldOf(data, 'resultType') !== 'vector' || !Array.isArray(result)) {
    throw new Error(`no vector: ${JSON.stringify(answer)}`);
  }
  // So it is laid out in both programs.
  return result as readonly InstantSeries[];
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
