import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { systemRandom } from '../../ports/random.ts';
import { openSqliteStore } from '../../store/sqlite-store.ts';
import { requireWhole } from '../data-place.ts';
import { restoreBackup } from '../restore.ts';
import { openPlane, pieces, place } from './plane.ts';

const script = fileURLToPath(new URL('./restore-child.ts', import.meta.url));

/** Restores in a process of its own, and kills it when it has read so many pieces. @returns whether it was done */
async function killAfter(archive: string, dataDirectory: string, said: number): Promise<boolean> {
  const child = spawn(process.execPath, [script, archive, dataDirectory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise((resolve) => child.once('close', resolve));
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (output.length >= said) child.kill('SIGKILL');
  });
  await exited;
  return output.includes('done');
}

test('kill -9 in a restore leaves nothing that looks complete', async (t) => {
  const plane = await openPlane();
  for (let i = 0; i < 3_000; i += 500) {
    const text = 'x'.repeat(1_000);
    await Promise.all(
      Array.from({ length: 500 }, (_, k) => plane.write(`default/core/configmaps/n/c${i + k}`, text)),
    );
  }
  const archive = await plane.backup();
  await plane.close();
  const path = join(place(), 'backup.tar');
  writeFileSync(path, archive);
  const count = Math.ceil(archive.length / 65_536);
  const found: string[] = [];
  for (const share of [0, 0.2, 0.4, 0.6, 0.8, 1]) {
    const dataDirectory = join(place(), 'data');
    const isDone = await killAfter(path, dataDirectory, Math.max(1, Math.floor(count * share)));
    const left = existsSync(dataDirectory) ? readdirSync(dataDirectory) : [];
    found.push(left.length === 0 ? 'nothing' : left.includes('store') ? 'a part' : 'a mark');
    if (!isDone && left.length > 0) {
      assert.throws(() => requireWhole(dataDirectory), { code: 'restore.unfinished' });
      await assert.rejects(restoreBackup({ source: pieces(archive), dataDirectory, random: systemRandom }), {
        code: 'restore.unfinished',
      });
      const directory = join(dataDirectory, 'store');
      if (left.includes('store') && share < 1) {
        // The store of itself says so, too, wherever its files are copied to.
        await assert.rejects(openSqliteStore({ directory }), { code: 'damaged' });
      }
      rmSync(dataDirectory, { recursive: true });
    }
    const again = join(place(), 'data');
    const restored = await restoreBackup({
      source: pieces(archive),
      dataDirectory: again,
      random: systemRandom,
    });
    assert.equal(restored.manifest.objects, 3_000);
  }
  t.diagnostic(`found after the kills: ${found.join(', ')}`);
});
