import assert from 'node:assert/strict';
import { test } from 'node:test';
import { storm } from './storm.ts';

/** At 100,000 objects a server must be ready again this many milliseconds after it was killed. */
const readyMsMax = 3_000;

const kills = Number(process.env['PLINTH_KILLS'] ?? 6);
const objects = Number(process.env['PLINTH_KILL_OBJECTS'] ?? 0);
const strict = process.env['PLINTH_STRICT'] === '1';

test(`kill -9 at ${kills} random instants under load over HTTPS loses nothing acknowledged`, async (t) => {
  const report = await storm({ kills, writesBetween: [1, 600], watchers: 4, restartEvery: 0, objects });
  const ready = report.readyMs.toSorted((a, b) => a - b);
  const slowest = ready.at(-1) ?? 0;
  const median = ready[Math.floor(ready.length / 2)] ?? 0;
  t.diagnostic(
    `${report.acknowledged} acknowledged writes, ${report.unanswered} that happened without an answer, ` +
      `ready again in ${Math.round(median)} ms (median), ${Math.round(slowest)} ms (slowest), with ${objects} objects`,
  );
  assert.equal(report.readyMs.length, kills);
  if (strict) assert.ok(slowest < readyMsMax, `a start took ${slowest} ms`);
});
