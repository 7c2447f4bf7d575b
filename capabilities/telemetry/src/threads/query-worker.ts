import { parentPort } from 'node:worker_threads';
import { systemClock } from '@plinth/kernel/clock';
import { answerCalls } from './calls.ts';
import { QueryThread } from './query-thread.ts';

if (!parentPort) throw new Error('this module is the entry of a thread');
answerCalls(parentPort, new QueryThread(() => systemClock.monotonic()).calls);
