import { parentPort, workerData } from 'node:worker_threads';
import { readFiles, type TextFile } from './read-files.ts';

/** What the thread is given. */
export interface ReadTask {
  readonly files: readonly TextFile[];
  readonly targets: readonly string[];
}

const { files, targets } = workerData as ReadTask;
parentPort?.postMessage(readFiles(files, targets));
