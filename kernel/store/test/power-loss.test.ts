import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { after, test } from 'node:test';
import { buildShim, findLosses, runAndKill, shadowed } from './killed-writer.ts';
import { Places } from './places.ts';

const places = new Places();
after(() => places.remove());
const built = buildShim(places);
const skip = 'reason' in built ? built.reason : false;
const shim = 'shim' in built ? built.shim : '';

/** Cuts the power `rounds` times; each boot starts from what the last cut left. */
async function cutPower(
  rounds: number,
  environmentOf: (round: number) => NodeJS.ProcessEnv,
): Promise<{ losses: string[]; count: number }> {
  let left: string | undefined;
  let count = 0;
  for (let round = 0; round < rounds; round++) {
    const disk = shadowed(places.make(), shim);
    if (left !== undefined)
      for (const side of [disk.root, disk.shadow]) cpSync(left, side, { recursive: true });
    const said = await runAndKill(disk.root, 200 + Math.floor(Math.random() * 1_500), {
      environment: { ...disk.environment, ...environmentOf(round) },
    });
    count += said.count;
    const { losses } = await findLosses(disk.shadow, said);
    if (losses.length > 0) return { losses, count };
    left = disk.shadow;
  }
  return { losses: [], count };
}

const rounds = Number(process.env['PLINTH_POWER_CUTS'] ?? 4);

test('a power cut that loses all that was not synced loses nothing acknowledged', { skip }, async (t) => {
  const { losses, count } = await cutPower(rounds, () => ({}));
  assert.deepEqual(losses, []);
  t.diagnostic(`${rounds} power cuts, ${count} acknowledged batches`);
});

test('nor does one that keeps some of what was not synced, out of order', { skip }, async () => {
  const { losses } = await cutPower(rounds, () => ({ PLINTH_SHIM_LEAK: '40' }));
  assert.deepEqual(losses, []);
});

test('without sync the same test finds losses', { skip }, async () => {
  const { losses } = await cutPower(2, (round) => (round === 0 ? {} : { PLINTH_SHIM_DROP_SYNC: '1' }));
  assert.ok(losses.length > 0, 'a disk that lies about sync went unnoticed: this test proves nothing');
});
