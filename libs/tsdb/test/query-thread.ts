// Reads a database over and over while another thread writes it, and reports the first sample that is not as it was written.
import * as fs from 'node:fs';
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { SampleBuffer } from '@plinth/prometheus-model';
import { attachDatabase, type DatabaseShare } from '../src/index.ts';
import { everything } from './database-fixture.ts';

const { share, acknowledged, stepMs } = workerData as {
  share: DatabaseShare;
  acknowledged: SharedArrayBuffer;
  stepMs: number;
};
const reader = attachDatabase(share, {
  files: fs,
  receive: receiveMessageOnPort,
  onCorrupt: (error) => {
    throw error;
  },
});
const counts = new Int32Array(acknowledged);
const buffer = new SampleBuffer();
let reads = 0;
let samples = 0;
/** Rounds within which nothing is dropped that a query may read: that is four ticks of a hundred rounds, announced by twenties. */
const queryRoundsMax = 350;

/** Sample `k` of series `i` is at `k * stepMs` and has the value `i * 1e6 + k`; every hundredth one is a stale mark. */
function fault(): string | undefined {
  const seriesCount = Atomics.load(counts, 0);
  const rounds = Atomics.load(counts, 1);
  using view = reader.view();
  const selected = view.select({ matchers: everything, startMs: -Infinity, endMs: Infinity });
  if (selected.length < seriesCount)
    return `${selected.length} series, of ${seriesCount} that were acknowledged`;
  for (const series of selected) {
    const i = Number(series.labels.get('i'));
    buffer.clear();
    series.read(buffer);
    reads++;
    samples += buffer.count;
    const total = buffer.count + buffer.staleAt.length;
    const first = (buffer.timestamps[0] ?? 0) / stepMs;
    const begun = Number(series.labels.get('begun'));
    if (first !== begun) return `series ${i} begins with sample ${first}, not ${begun}`;
    if (total < rounds - begun) return `series ${i} has ${total} samples, of ${rounds - begun} acknowledged`;
    let stale = 0;
    for (let k = begun, at = 0; k < begun + total; k++) {
      if (k % 100 === 99) {
        if (buffer.staleAt[stale++] !== k * stepMs)
          return `series ${i}: mark ${stale} at ${buffer.staleAt[stale - 1]}`;
        continue;
      }
      const found = `${buffer.timestamps[at]}:${buffer.values[at]}`;
      if (found !== `${k * stepMs}:${i * 1e6 + k}`) return `series ${i}, sample ${k} of ${total} is ${found}`;
      at++;
    }
  }
  return undefined;
}

parentPort?.postMessage('ready');
for (;;) {
  const isLast = Atomics.load(counts, 2) === 1;
  const rounds = Atomics.load(counts, 1);
  const seen = fault();
  // On a busy machine a query may take longer than the database lets queries take: what it then sees does not count.
  const found = Atomics.load(counts, 1) - rounds > queryRoundsMax ? undefined : seen;
  if (found !== undefined || isLast) {
    parentPort?.postMessage({ found, reads, samples });
    break;
  }
}
share.port.close();
