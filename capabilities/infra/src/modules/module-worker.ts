import { parentPort, workerData } from 'node:worker_threads';
import { ModuleError } from '@plinth/terraform-module';
import type { ModuleAnswer } from './module-reader.ts';
import { packModule, type UploadedModule } from './pack-module.ts';

/** Reads one module in a thread of its own. */
async function answer(): Promise<ModuleAnswer> {
  try {
    return { module: await packModule(workerData as UploadedModule) };
  } catch (error) {
    if (error instanceof ModuleError) return { refused: error.message };
    throw error;
  }
}

parentPort?.postMessage(await answer());
// A parser that broke in the middle would go on, and tell of it on the terminal.
process.exit();
