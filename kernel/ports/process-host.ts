/** The process that starts programs for another one; see `hostedProcesses`. It goes when that one does. */
import { systemClock } from './clock.ts';
import { nodeProcesses } from './node-processes.ts';
import type { HostNews, HostRequest, SentRequest } from './process-host-protocol.ts';
import { ProcessError, type ProcessExit } from './processes.ts';
import { systemRandom } from './random.ts';

const processes = nodeProcesses(systemClock, systemRandom);
const aborts = new Map<number, AbortController>();
const calls = new Map<number, PromiseWithResolvers<void>>();
let lastCall = 0;

process.on('message', (message: HostRequest) => {
  switch (message.type) {
    case 'run':
      void run(message.id, message.request);
      break;
    case 'abort':
      aborts.get(message.id)?.abort(message.isStop ? stopped() : undefined);
      break;
    case 'called': {
      const call = calls.get(message.call);
      calls.delete(message.call);
      if (message.hasFailed) call?.reject(new Error('what was called back has failed'));
      else call?.resolve();
    }
  }
});
process.on('disconnect', () => process.exit());
// What ends a whole group or session is meant for the process that this one works for, which ends it in order.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

async function run(id: number, request: SentRequest): Promise<void> {
  const abort = new AbortController();
  aborts.set(id, abort);
  try {
    const exit: ProcessExit = await processes.run({
      ...request,
      signal: abort.signal,
      onRecord: async (record) => await callBack((call) => ({ type: 'record', id, call, record })),
      onOutput: async (stream, bytes) =>
        await callBack((call) => ({ type: 'output', id, call, stream, bytes })),
    });
    tell({ type: 'exit', id, exit });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const refusal = error instanceof ProcessError ? { code: error.code, hint: error.hint } : undefined;
    tell({ type: 'failed', id, message, ...(refusal ? { refusal } : {}) });
  } finally {
    aborts.delete(id);
  }
}

async function callBack(newsOf: (call: number) => HostNews): Promise<void> {
  const call = ++lastCall;
  const answered = Promise.withResolvers<void>();
  calls.set(call, answered);
  tell(newsOf(call));
  await answered.promise;
}

function tell(news: HostNews): void {
  // Nobody is there to be told any more: `disconnect` ends this process.
  if (process.connected) process.send?.(news, () => undefined);
}

function stopped(): Error {
  return Object.assign(new Error('the control plane stops'), { code: 'Stopped' });
}
