import { randomInt } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import { systemClock } from '@plinth/kernel/clock';
import { ForwardThread } from '../forward/forward-thread.ts';
import { openNodeHttp } from '../scrape/adapters/node-http.ts';
import { answerCalls } from './calls.ts';
import { giveWay } from './give-way.ts';

if (!parentPort) throw new Error('this module is the entry of a thread');
// What waits for a receiver is on disk.
giveWay(8);
const fractions = 2 ** 32;
const fraction = (): number => randomInt(fractions) / fractions;
answerCalls(parentPort, new ForwardThread(systemClock, fraction, openNodeHttp).calls);
