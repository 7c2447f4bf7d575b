import { isObject } from '@plinth/kernel';
import { Connection } from './http-client.ts';
import { type Measured, median, summarize } from './measure.ts';
import { ask, type Question, questionText, seconds } from './metrics-client.ts';
import { metric } from './metrics-data.ts';
import {
  fill,
  type MetricsRun,
  type PreparedData,
  prepareOld,
  ratioText,
  type Started,
  withServers,
} from './metrics-run.ts';
import { threadMs } from './process-use.ts';

const steps = 360;
const stepSeconds = 60;
/** Away from samples: windows of Prometheus 2 are closed on the left, those of later ones open. */
const offBoundaryMs = 7_500;
/** Processor milliseconds that the query over all series may take, end to end. */
const processorMsMax = 150;
/** A program that is compiled while it runs is as fast as it gets after a dozen; the first one is printed, too. */
const warmups = 12;
const measured = 9;
const perQuestionMax = 100;

/** Measures queries over samples that have just come: most are in memory, and some may have gone to blocks meanwhile. */
export async function benchQueries(run: MetricsRun): Promise<void> {
  const data = prepareOld(run);
  await withServers(run, async (started) => {
    await fill(started, data);
    const processorMs = await measureSumOfRates(run, started, data);
    run.print(`  at most ${processorMsMax} ms of processor are allowed`);
    if (processorMs > processorMsMax) process.exitCode = 1;
    await measureTen(run, started, data);
  });
}

/** @returns processor milliseconds that Plinth takes */
export async function measureSumOfRates(
  { print }: MetricsRun,
  started: readonly Started[],
  data: PreparedData,
): Promise<number> {
  const question = rangeQuestion(`sum by (job) (rate(${metric}[5m]))`, data);
  print(
    `sum by (job) (rate(m[5m])) over ${steps} steps, median of ${measured} after ${warmups} that warm up`,
  );
  const found = await interleaved(started, question, { warmups, most: measured, seconds: Infinity });
  const middle = found.map(({ processorMs }) => median(processorMs));
  for (const [i, { product }] of started.entries()) {
    const wall = summarize(found[i]?.wallMs ?? [], 1);
    const ratio = i === 0 ? '' : `, ${ratioText(middle[0] ?? 0, middle[i] ?? 0)} that of Plinth`;
    print(
      `  ${product.name.padEnd(24)}${(middle[i] ?? 0).toFixed(0).padStart(6)} ms of processor${ratio}, p50 ${wall.p50.toFixed(0)} ms, the first one ${(found[i]?.first ?? 0).toFixed(0)} ms`,
    );
  }
  return middle[0] ?? 0;
}

async function measureTen(
  { print, seconds: most }: MetricsRun,
  started: readonly Started[],
  data: PreparedData,
): Promise<void> {
  print('ten queries');
  for (const [title, question] of tenQuestions(data)) {
    await checkAnswers(started, question, print);
    const found = await interleaved(started, question, { warmups, most: perQuestionMax, seconds: most });
    const all = found.map(({ wallMs }) => summarize(wallMs, 1));
    const own = all[0];
    print(`  ${title} (${own?.count} times)`);
    for (const [i, { product }] of started.entries()) {
      const one = all[i];
      if (!one || !own) continue;
      const ratio = i === 0 ? '' : `   p50 ${ratioText(own.p50, one.p50)} that of Plinth`;
      print(`    ${product.name.padEnd(22)}${formatLatency(one, found[i]?.processorMs ?? [])}${ratio}`);
    }
  }
}

function formatLatency({ p50, p99 }: Measured, processorMs: readonly number[]): string {
  const column = (value: number): string => value.toFixed(2).padStart(8);
  return `p50 ${column(p50)} ms   p99 ${column(p99)} ms   processor ${column(median(processorMs))} ms`;
}

interface Latencies {
  /** Of the very first question, before all that warm up. */
  first: number;
  readonly wallMs: number[];
  readonly processorMs: number[];
}

/** Asks all servers in turn, again and again. */
async function interleaved(
  started: readonly Started[],
  question: Question,
  bounds: { readonly warmups: number; readonly most: number; readonly seconds: number },
): Promise<readonly Latencies[]> {
  const found: Latencies[] = started.map(() => ({ first: 0, wallMs: [], processorMs: [] }));
  const connections = await Promise.all(started.map(({ server }) => Connection.open(server.target)));
  const from = performance.now();
  for (let i = 0; i < bounds.warmups + bounds.most; i++) {
    if (i > bounds.warmups && performance.now() - from > bounds.seconds * 1000) break;
    for (const [at, { server }] of started.entries()) {
      const used = threadMs(server.pid);
      const asked = performance.now();
      const answer = await connections[at]?.send(questionText(server, question));
      const wallMs = performance.now() - asked;
      if (answer?.status !== 200) throw new Error(`${server.name} answered ${answer?.status}`);
      const latencies = found[at];
      if (!latencies) continue;
      if (i === 0) latencies.first = wallMs;
      if (i < bounds.warmups) continue;
      latencies.wallMs.push(wallMs);
      latencies.processorMs.push(threadMs(server.pid) - used);
    }
  }
  for (const connection of connections) connection.close();
  return found;
}

/** Says where servers differ in how many series or values they answer. */
async function checkAnswers(
  started: readonly Started[],
  question: Question,
  print: (text: string) => void,
): Promise<void> {
  const counts: number[] = [];
  for (const { server } of started) {
    const connection = await Connection.open(server.target);
    const data = await ask(connection, server, question);
    connection.close();
    const result = isObject(data) ? data['result'] : data;
    const count = Array.isArray(result) ? result.length : 0;
    if (count === 0) throw new Error(`${server.name} answers nothing to ${JSON.stringify(question)}`);
    counts.push(count);
  }
  if (new Set(counts).size > 1) print(`  the next answers differ in length: ${counts.join(', ')}`);
}

function rangeQuestion(query: string, { startMs, endMs }: PreparedData): Question {
  const from = startMs + offBoundaryMs;
  const until = Math.min(from + (steps - 1) * stepSeconds * 1000, endMs + offBoundaryMs);
  const parameters = { query, start: seconds(from), end: seconds(until), step: String(stepSeconds) };
  return { path: '/query_range', parameters };
}

function tenQuestions(data: PreparedData): readonly (readonly [title: string, question: Question])[] {
  const instant = (query: string): [string, Question] => [
    query.replaceAll(metric, 'm'),
    { path: '/query', parameters: { query, time: seconds(data.endMs + offBoundaryMs) } },
  ];
  const range = (query: string): [string, Question] => [
    `${query.replaceAll(metric, 'm')}, ${steps} steps`,
    rangeQuestion(query, data),
  ];
  const span = { start: seconds(data.startMs), end: seconds(data.endMs) };
  const match = `${metric}{job="job-1",le="+Inf"}`;
  return [
    instant(`${metric}{job="job-3",instance="10.0.3.7:8080"}`),
    instant(`sum by (job) (rate(${metric}[5m]))`),
    instant(`topk(5, sum by (instance) (rate(${metric}[5m])))`),
    instant(`histogram_quantile(0.99, sum by (job, le) (rate(${metric}[5m])))`),
    instant(`sum by (status) (${metric}{instance=~"10[.]0[.][1-3][.].*:8080",le="+Inf"})`),
    range(`sum by (job) (rate(${metric}[5m]))`),
    range(`histogram_quantile(0.95, sum by (le) (rate(${metric}{job="job-1"}[5m])))`),
    range(`sum(${metric}{status=~"5..",le="+Inf"}) / sum(${metric}{le="+Inf"})`),
    [
      'label values of instance',
      { path: '/label/instance/values', parameters: { 'match[]': match, ...span } },
    ],
    ['series of one job and bucket', { path: '/series', parameters: { 'match[]': match, ...span } }],
  ];
}
