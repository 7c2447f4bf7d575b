import assert from 'node:assert/strict';
import { test } from 'node:test';
import { storm } from './storm.ts';

const writes = Number(process.env['PLINTH_WATCH_WRITES'] ?? 4_000);
const kills = Number(process.env['PLINTH_WATCH_KILLS'] ?? 1);
const watchers = 50;

test(`${writes} writes x ${watchers} watchers that restart, ${kills} kills: none lost, doubled or reordered`, async (t) => {
  const each = Math.ceil(writes / (kills + 1));
  const report = await storm({
    kills,
    writesBetween: [each, each],
    watchers,
    restartEvery: Math.min(400, writes / 10),
    objects: 0,
  });
  assert.ok(report.restarts > watchers, 'watchers did restart');
  t.diagnostic(
    `${report.acknowledged} writes in ${report.seconds.toFixed(1)} s, ${report.restarts} restarts of watches`,
  );
});
