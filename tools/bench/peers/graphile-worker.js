// One measurement of graphile-worker as it comes: jobs that do nothing, enqueued in batches and finished.
// Arguments: the number of jobs. Prints one line of JSON.

import { Logger, makeWorkerUtils, run } from 'graphile-worker';

const count = Number(process.argv[2]);
const connectionString = process.env.DATABASE_URL;
const logger = new Logger(() => () => undefined);
const utils = await makeWorkerUtils({ connectionString, logger });
await utils.migrate();
let left = 0;
let finished = Promise.withResolvers();
function expect(jobs) {
  left = jobs;
  finished = Promise.withResolvers();
}
const started = [];
const runner = await run({
  connectionString,
  logger,
  concurrency: 10,
  noHandleSignals: true,
  taskList: {
    noop: (payload) => {
      if (payload.sentAt !== undefined) started.push(performance.now() - payload.sentAt);
      if (--left === 0) finished.resolve();
    },
  },
});
const idle = [];
for (let i = 0; i < 100; i++) {
  expect(1);
  await utils.addJob('noop', { sentAt: performance.now() });
  await finished.promise;
  idle.push(started.pop());
}
expect(count);
const from = performance.now();
for (let at = 0; at < count; at += 1_000) {
  const specs = Array.from({ length: Math.min(1_000, count - at) }, () => ({
    identifier: 'noop',
    payload: {},
  }));
  await utils.addJobs(specs);
}
await finished.promise;
const seconds = (performance.now() - from) / 1000;
await runner.stop();
await utils.release();
idle.sort((a, b) => a - b);
process.stdout.write(`${JSON.stringify({ perSecond: count / seconds, startP50Ms: idle[50] })}\n`);
process.exit(0);
