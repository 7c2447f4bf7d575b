import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { everything, openDatabase, samplesOf, TemporaryDirectory } from './database-fixture.ts';

const script = fileURLToPath(new URL('./crash-writer.ts', import.meta.url));

/** Lets a writer run until it has acknowledged so many rounds, then kills it. @returns the last round it acknowledged. */
async function writeAndKill(directory: string, start: number, rounds: number): Promise<number> {
  const child = spawn(process.execPath, [script, directory, String(start)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += String(chunk);
    if (output.split('\n').length > rounds) child.kill('SIGKILL');
  });
  await new Promise((resolve) => child.on('close', resolve));
  const lines = output.split('\n').slice(0, -1);
  assert.ok(lines.length >= rounds, 'the writer ended by itself');
  return Number(lines.at(-1));
}

test('after kill -9 all acknowledged samples are there, again and again', { timeout: 60_000 }, async () => {
  using directory = new TemporaryDirectory();
  let acknowledged = -1;
  for (const rounds of [1, 37, 150]) {
    acknowledged = await writeAndKill(directory.path, acknowledged + 1000, rounds);
    const database = await openDatabase(directory.path, { windowMs: 100_000 });
    assert.deepEqual(
      database.replayed.damage.filter(({ kind }) => kind === 'corrupt'),
      [],
    );
    const series = Object.values(samplesOf(database.reader, everything));
    assert.equal(series.length, 50);
    for (const samples of series) {
      const values = new Map(samples.split(' ').map((sample) => sample.split(':') as [string, string]));
      for (const [time, value] of values) assert.equal(time, `${Number(value) * 1000}`);
      for (let round = acknowledged - rounds + 1; round <= acknowledged; round++) {
        assert.equal(values.get(`${round * 1000}`), `${round}`, `round ${round}`);
      }
    }
    await database.close();
  }
});
