import { parentPort, workerData } from 'node:worker_threads';
import { blockKeepers, type ThreadPort } from '@plinth/tsdb';
import { answerCalls } from './calls.ts';
import { giveWay } from './give-way.ts';
import { WriterThread } from './writer-thread.ts';

if (!parentPort) throw new Error('this module is the entry of a thread');
// Whoever starts the thread hands it the port of the thread that keeps blocks.
const { blocks } = workerData as { readonly blocks: ThreadPort };
// People wait for answers; senders keep what was not taken yet.
giveWay(5);
answerCalls(parentPort, new WriterThread(blockKeepers(blocks)).calls);
