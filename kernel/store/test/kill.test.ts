import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { findLosses, runAndKill } from './killed-writer.ts';
import { Places } from './places.ts';

const places = new Places();
after(() => places.remove());

/** A server must be ready again this many milliseconds after it was killed, at 100,000 objects. */
const readyMsMax = 3_000;

test('kill -9 at random instants loses nothing acknowledged and leaves no half batch', async (t) => {
  const kills = Number(process.env['PLINTH_KILLS'] ?? 12);
  const objects = Number(process.env['PLINTH_KILL_OBJECTS'] ?? 2_000);
  const directory = places.make();
  let acknowledged = 0;
  let slowest = 0;
  for (let i = 0; i < kills; i++) {
    const said = await runAndKill(directory, 1 + Math.floor(Math.random() * 600), { objects });
    const { losses, openMs } = await findLosses(directory, said);
    assert.deepEqual(losses, [], `after kill ${i + 1}`);
    acknowledged += said.count;
    slowest = Math.max(slowest, openMs);
  }
  assert.ok(slowest < readyMsMax, `opening took ${slowest} ms`);
  t.diagnostic(
    `${kills} kills, ${acknowledged} acknowledged batches, slowest opening ${Math.round(slowest)} ms`,
  );
});
