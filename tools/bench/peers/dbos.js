// One measurement of DBOS Transact as it comes: workflows of two steps (or of none), 64 at a time.
// Arguments: the number of workflows, and of steps in each. Prints one line of JSON.

import { DBOS } from '@dbos-inc/dbos-sdk';

const count = Number(process.argv[2]);
const steps = Number(process.argv[3]);
DBOS.setConfig({ name: 'bench', systemDatabaseUrl: process.env.DATABASE_URL, logLevel: 'error' });
const workflow = DBOS.registerWorkflow(
  async () => {
    for (let i = 0; i < steps; i++) await DBOS.runStep(async () => i, { name: `step-${i}` });
  },
  { name: 'workflow' },
);
await DBOS.launch();
for (let i = 0; i < 50; i++) await workflow();
let next = 0;
const from = performance.now();
await Promise.all(
  Array.from({ length: 64 }, async () => {
    while (next++ < count) await workflow();
  }),
);
const seconds = (performance.now() - from) / 1000;
await DBOS.shutdown();
process.stdout.write(`${JSON.stringify({ perSecond: count / seconds })}\n`);
process.exit(0);
