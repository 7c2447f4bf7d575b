import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isObject } from '@plinth/kernel';
import { Connection, requestText } from './http-client.ts';
import { ask, askValue, sendRequests } from './metrics-client.ts';
import { MetricsData, metric, sampleMs } from './metrics-data.ts';
import { type MetricsRun, ratioText, type Started, withServers } from './metrics-run.ts';
import { plinthMetrics, prometheusMetrics, prometheusRuleFiles } from './metrics-server.ts';
import { processorSeconds } from './process-use.ts';

const groups = 20;
const groupRules = 100;
/** Samples of each series that are there when rules begin: more than the window that they look at. */
const samplesBefore = 40;
/** How long is measured, without rules and with them. */
const idleSeconds = 30;
const busySeconds = 60;

/** Measures what 2,000 rules cost that are evaluated every 15 s, over series that go on being written. */
export async function benchRules(run: MetricsRun): Promise<void> {
  const products = run.products.filter((one) => one === plinthMetrics || one === prometheusMetrics);
  await withServers({ ...run, products }, async (started) => {
    const data = new MetricsData(run.series);
    let nextMs = Math.floor(Date.now() / sampleMs) * sampleMs - samplesBefore * sampleMs;
    const write = async (samples: number): Promise<void> => {
      const requests = data.requests(samples, nextMs);
      nextMs += samples * sampleMs;
      for (const { server } of started) await sendRequests(server, requests);
    };
    await write(samplesBefore);
    await pause(sampleMs);
    const idle = await sharesOver(idleSeconds, started, write);
    for (const one of started) await install(one, run.series);
    // The first evaluation of each group comes within its interval.
    await sharesOver(2 * (sampleMs / 1000), started, write);
    const busy = await sharesOver(busySeconds, started, write);
    run.print(`${groups * groupRules} rules every 15 s over ${run.series} series, share of one processor`);
    for (const [i, { product }] of started.entries()) {
      const ratio = i === 0 ? '' : `, ${ratioText(busy[0] ?? 0, busy[i] ?? 0)} that of Plinth`;
      const percent = (share = 0): string => `${(100 * share).toFixed(1)} %`;
      run.print(
        `  ${product.name.padEnd(24)}${percent(busy[i])} with rules${ratio}, ${percent(idle[i])} without`,
      );
    }
    for (const one of started) run.print(`  ${one.product.name.padEnd(24)}${await stateOf(one)}`);
  });
}

/** Writes a sample of each series every 15 s. @returns the share of a processor that each server used */
async function sharesOver(
  durationSeconds: number,
  started: readonly Started[],
  write: (samples: number) => Promise<void>,
): Promise<readonly number[]> {
  const from = performance.now();
  const before = started.map(({ server }) => processorSeconds(server.pid));
  for (let due = from; due < from + durationSeconds * 1000; due += sampleMs) {
    await write(1);
    await pause(Math.max(0, due + sampleMs - performance.now()));
  }
  const tookSeconds = (performance.now() - from) / 1000;
  return started.map(({ server }, i) => (processorSeconds(server.pid) - (before[i] ?? 0)) / tookSeconds);
}

async function install({ product, server, directory }: Started, series: number): Promise<void> {
  const specs = Array.from({ length: groups }, (_, i) => ({
    groups: [{ name: `bench-${i}`, interval: '15s', rules: rulesOf(i, series) }],
  }));
  if (product === prometheusMetrics) {
    // JSON is YAML.
    for (const [i, spec] of specs.entries()) {
      writeFileSync(join(directory, prometheusRuleFiles.replace('*', String(i))), JSON.stringify(spec));
    }
    process.kill(server.pid, 'SIGHUP');
    return;
  }
  const connection = await Connection.open(server.target);
  const path = `${server.root.replace('/prometheus', '')}/apis/monitoring.coreos.com/v1/namespaces/default/prometheusrules`;
  for (const [i, spec] of specs.entries()) {
    const object = {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PrometheusRule',
      metadata: { name: `bench-${i}` },
      spec,
    };
    const { status, text } = await connection.sendForText(requestText('POST', path, JSON.stringify(object)));
    if (status !== 201) throw new Error(`a PrometheusRule was answered ${status}: ${text}`);
  }
  connection.close();
}

/** Rules of one group; those of every other group are alerts. One of ten is about a whole job, the others about an instance. */
function rulesOf(group: number, series: number): readonly Readonly<Record<string, unknown>>[] {
  const instances = Math.max(1, Math.floor(series / 100));
  return Array.from({ length: groupRules }, (_, i) => {
    const job = i % 10;
    const isWide = i % 10 === group % 10;
    const instance = (Math.floor(i / 10) + group * 10) % instances;
    const selector = `job="job-${job}"${isWide ? '' : `,instance="10.0.${job}.${instance}:8080"`}`;
    const rate = `rate(${metric}{${selector}}[5m])`;
    if (group % 2 === 0) return { record: `bench:rate${group}_${i}`, expr: `sum by (job, status) (${rate})` };
    return {
      alert: `Slow${group}x${i}`,
      // Those about a whole job fire.
      expr: `histogram_quantile(0.99, sum by (job, le) (${rate})) > ${isWide ? 0 : 10}`,
      for: '15s',
      labels: { severity: 'page' },
      annotations: { summary: '{{ $labels.job }} is slow: {{ $value | humanizeDuration }}' },
    };
  });
}

/** How many rules are well, how much they recorded and how many alerts fire. */
async function stateOf({ server }: Started): Promise<string> {
  const connection = await Connection.open(server.target);
  const data = await ask(connection, server, { path: '/rules', parameters: {} });
  const text = JSON.stringify(isObject(data) ? data['groups'] : data);
  const count = (what: string): number => text.split(what).length - 1;
  const now = Date.now();
  const recorded = (await askValue(connection, server, 'count({__name__=~"bench:.*"})', now)) ?? 0;
  const firing = (await askValue(connection, server, 'count(ALERTS{alertstate="firing"})', now)) ?? 0;
  connection.close();
  return `${count('"health":"ok"')} rules are well, ${count('"health":"err"')} are not; ${recorded} series recorded, ${firing} alerts fire`;
}
