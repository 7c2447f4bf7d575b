import { parentPort, Worker, workerData } from 'node:worker_threads';
import { Connection, type Target } from './http-client.ts';
import { runPaced } from './load.ts';
import type { Measured } from './measure.ts';

interface Reading {
  readonly target: Target;
  readonly request: string;
  readonly perSecond: number;
  readonly seconds: number;
}

/** Sends one request again and again at a steady pace from a thread of its own, undisturbed by other clients here. */
export function readBeside(reading: Reading): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: reading });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

async function read({ target, request, perSecond, seconds }: Reading): Promise<Measured> {
  const open = await Promise.all(Array.from({ length: 16 }, () => Connection.open(target)));
  const measured = await runPaced(
    async (sequence) => {
      const answer = await open[sequence % open.length]?.send(request);
      if (answer?.status !== 200) throw new Error(`expected status 200, found ${answer?.status}`);
    },
    perSecond,
    seconds,
  );
  for (const connection of open) connection.close();
  return measured;
}

if (parentPort) {
  // Only readBeside starts this module as a thread, and gives it a reading.
  parentPort.postMessage(await read(workerData as Reading));
}
