import { parentPort } from 'node:worker_threads';
import { answerCalls } from './calls.ts';
import { WriterThread } from './writer-thread.ts';

if (!parentPort) throw new Error('this module is the entry of a thread');
answerCalls(parentPort, new WriterThread().calls);
