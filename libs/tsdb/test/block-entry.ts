// The thread that keeps blocks, as a program has it.
import * as fs from 'node:fs';
import { receiveMessageOnPort, workerData } from 'node:worker_threads';
import { serveBlocks, type ThreadPort } from '../src/index.ts';

const { port } = workerData as { port: ThreadPort };

serveBlocks(port, {
  files: fs,
  receive: receiveMessageOnPort,
  onCorrupt: (error) => {
    throw error;
  },
});
