import * as files from 'node:fs';
import { receiveMessageOnPort, workerData } from 'node:worker_threads';
import { serveBlocks, type ThreadPort } from '@plinth/tsdb';
import { giveWay } from './give-way.ts';

/** What the thread is started with. */
interface BlockWorkerData {
  readonly port: ThreadPort;
}

// Whoever starts the thread hands it the port.
const { port } = workerData as BlockWorkerData;

// Nobody waits for a block.
giveWay(10);
serveBlocks(port, {
  files,
  receive: receiveMessageOnPort,
  // A block that is set aside is told of when the database is opened.
  onCorrupt: () => undefined,
});
