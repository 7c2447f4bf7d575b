import { parentPort } from 'node:worker_threads';
import { StateError } from '@plinth/terraform-state';
import type { PackAnswer, PackQuestion } from './state-packer.ts';
import { packState } from './state-packing.ts';

/** Looks through states and packs them, in a thread of its own. */
async function answerTo({ id, bytes }: PackQuestion): Promise<PackAnswer> {
  try {
    return { id, packed: await packState(bytes) };
  } catch (error) {
    if (error instanceof StateError) return { id, refused: error.message };
    return { id, error: error instanceof Error ? error.message : String(error) };
  }
}

parentPort?.on('message', (question: PackQuestion) => {
  void answerTo(question).then((answer) => parentPort?.postMessage(answer));
});
