// Runs simulations of the kernel under faults, one of its objects and one of its runs for each seed:
//   node tools/sim/main.ts                        100 runs, beginning with a seed at random
//   node tools/sim/main.ts --seed 42              one run, with this seed
//   node tools/sim/main.ts --seed 42 --trace cm-1  the same, with every change of keys that contain `cm-1`
//   node tools/sim/main.ts --seed 42 --runs 1000  as many, with the seeds from this one on

import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { simulate } from './src/simulate.ts';
import { simulateRuns } from './src/simulate-runs.ts';
import type { Row } from './src/simulated-disk.ts';

const { values } = parseArgs({
  options: { seed: { type: 'string' }, runs: { type: 'string' }, trace: { type: 'string' } },
});
const { trace } = values;
const first = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);
const runs = Number(values.runs ?? (values.seed === undefined ? 100 : 1));
if (!Number.isSafeInteger(first) || !Number.isSafeInteger(runs) || first < 0 || runs < 1) {
  process.stderr.write('usage: npm run sim -- [--seed WHOLE-NUMBER] [--runs COUNT]\n');
  process.exit(2);
}

const failed: number[] = [];
let running = first;
// A bug may throw where nobody can catch it; the seed must be known all the same.
process.on('uncaughtException', (error) => {
  console.error(
    `seed ${running}: ${error.stack ?? error.message}\n  again: npm run sim -- --seed ${running}`,
  );
  process.exit(1);
});
let operations = 0;
let effects = 0;
let lives = 0;
const show = ({ key, revision, deleted, value }: Row, atMs: number): void => {
  if (trace === undefined || !key.includes(trace)) return;
  const short = JSON.stringify(JSON.parse(value), (field, item: unknown) =>
    field === 'managedFields' ? undefined : item,
  );
  console.log(`${atMs} ms, revision ${revision}: ${deleted ? 'delete' : 'put'} ${key} ${short}`);
};
for (let seed = first; seed < first + runs; seed++) {
  running = seed;
  try {
    const report = await simulate(seed, show);
    const runReport = await simulateRuns(seed, show);
    operations += report.done;
    effects += runReport.effects;
    lives += report.lives + runReport.lives;
    if (runs === 1) console.log(`${JSON.stringify(report)}\n${JSON.stringify(runReport)}`);
  } catch (error) {
    failed.push(seed);
    console.error(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`);
    console.error(`  again: npm run sim -- --seed ${seed}`);
  }
}
console.log(
  `${runs} runs from seed ${first}: ${operations} operations, ${effects} effects of runs, ${lives} processes, ${failed.length} failed`,
);
if (failed.length > 0) process.exitCode = 1;
