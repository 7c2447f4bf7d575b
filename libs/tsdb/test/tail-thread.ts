// Reads the newest samples over and over while another thread writes them, and reports the first that is not as it was written.
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { SampleBuffer } from '@plinth/prometheus-model';
import { attachDatabase, type DatabaseShare } from '../src/index.ts';
import { everything } from './database-fixture.ts';

const { share, acknowledged } = workerData as { share: DatabaseShare; acknowledged: SharedArrayBuffer };
const reader = attachDatabase(share, {
  receive: receiveMessageOnPort,
  onCorrupt: (error) => {
    throw error;
  },
});
const counts = new Int32Array(acknowledged);
const buffer = new SampleBuffer();
let reads = 0;

/** Sample `k` of series `i` is at `k` and has the value `i * 1e9 + k`. */
function fault(): string | undefined {
  const last = Atomics.load(counts, 0);
  using view = reader.view();
  for (const series of view.select({ matchers: everything, startMs: last - 40, endMs: Infinity })) {
    const i = Number(series.labels.get('i'));
    for (let again = 0; again < 50; again++) {
      buffer.clear();
      series.read(buffer);
      reads++;
      const first = Math.max(0, last - 40);
      for (let at = 0; at < buffer.count; at++) {
        const found = `${buffer.timestamps[at]}:${buffer.values[at]}`;
        if (found !== `${first + at}:${i * 1e9 + first + at}`)
          return `series ${i} from ${first}: number ${at} is ${found}`;
      }
      if (first + buffer.count <= last)
        return `series ${i} ends at ${first + buffer.count}, ${last} was acknowledged`;
    }
  }
  return undefined;
}

parentPort?.postMessage('ready');
for (;;) {
  const isLast = Atomics.load(counts, 1) === 1;
  const found = fault();
  if (found !== undefined || isLast) {
    parentPort?.postMessage({ found, reads });
    break;
  }
}
reader.close();
