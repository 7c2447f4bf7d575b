import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../../ports/clock.ts';
import { Executor } from '../executor.ts';
import { ProcessLedger } from '../process-ledger.ts';
import { livingWith, processes, skip, temporary, until } from './bench.ts';

const kills = Number(process.env['PLINTH_EXEC_KILLS'] ?? 6);
const child = fileURLToPath(new URL('./killed-executor.ts', import.meta.url));

/** Programs of an executor, without itself. */
function programsOf(directory: string): string[] {
  return livingWith(directory).filter((line) => !line.includes('killed-executor'));
}

/** An executor at its next start, that waits less for programs which ignore SIGTERM. */
function restarted(directory: string): Executor {
  const impatient = {
    ...processes,
    reap: (record: Parameters<typeof processes.reap>[0]) => processes.reap(record, 50),
  };
  return new Executor({ directory, processes: impatient, clock: systemClock, environment: {} });
}

test('killed at any instant, the next start ends every program, and touches no other', {
  skip,
}, async (t) => {
  let found = 0;
  for (let i = 0; i < kills; i++) {
    const directory = temporary(t);
    const victim = spawn(process.execPath, [child, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
    const bystander = spawn('sleep', ['300'], { stdio: 'ignore' });
    t.after(() => {
      victim.kill('SIGKILL');
      bystander.kill('SIGKILL');
    });
    await once(victim.stdout, 'data');
    // Between the first program and, in the last rounds, after the last one.
    const started = Math.floor((i * 22) / kills);
    await until('programs', () => programsOf(directory).length > started || undefined);
    victim.kill('SIGKILL');
    await once(victim, 'close');
    const orphans = programsOf(directory).length;
    found += orphans;
    const recovered = await restarted(directory).recover();
    assert.deepEqual(programsOf(directory), [], `${orphans} were there; ${JSON.stringify(recovered)}`);
    assert.ok(recovered.every(({ outcome }) => outcome === 'killed' || outcome === 'gone'));
    assert.ok(recovered.every(({ runUid, step }) => runUid === 'run-1' && step.startsWith('step ')));
    assert.deepEqual(readdirSync(join(directory, 'processes')), []);
    assert.deepEqual(await restarted(directory).recover(), []);
    assert.equal(bystander.exitCode ?? bystander.signalCode, null);
    bystander.kill('SIGKILL');
    await once(bystander, 'exit');
    // The logs are there, and the next attempt goes on in them.
    const again = restarted(directory);
    const { signal } = new AbortController();
    const request = { runUid: 'run-1', step: 'step 0', attempt: 2, file: 'true', args: [], env: {}, signal };
    await again.exec({ ...request, file: '/bin/true' });
    const kinds: string[] = [];
    for await (const { record } of again.logs.follow('run-1', 'step 0')) {
      if (record.kind !== 'output')
        kinds.push(record.kind === 'end' && record.interrupted ? 'interrupted' : record.kind);
    }
    assert.deepEqual(kinds, ['start', 'interrupted', 'start', 'end']);
  }
  assert.ok(found > 0, 'no kill left a program running: the test has tried nothing');
  t.diagnostic(`${kills} kills left ${found} processes, all ended`);
});

test('the record of a program that cannot be ended stays for the next start', { skip }, async (t) => {
  const directory = temporary(t);
  const ledger = new ProcessLedger(join(directory, 'processes'));
  await ledger.enter({
    runUid: 'run-1',
    step: 'a',
    process: { mark: 'm-1', bootId: 'b', pid: 7, startTicks: 9 },
  });
  await ledger.enter({ runUid: 'run-1', step: 'b', process: { mark: 'm-2' } });
  // Left behind by a process that was killed while it wrote: neither names a program that had begun.
  writeFileSync(join(directory, 'processes', 'm-3.json.new'), '{"runUid":"r');
  writeFileSync(join(directory, 'processes', 'm-4.json'), '{"runUid":"r');
  const stuck: Executor = new Executor({
    directory,
    clock: systemClock,
    environment: {},
    processes: {
      ...processes,
      reap: async ({ mark }) => ({ outcome: mark === 'm-1' ? 'survived' : 'unknown', pids: [] }),
    },
  });
  const outcomes = (await stuck.recover()).map(({ step, outcome }) => `${step} ${outcome}`);
  assert.deepEqual(outcomes.sort(), ['a survived', 'b unknown']);
  assert.deepEqual(readdirSync(join(directory, 'processes')).sort(), ['m-1.json', 'm-2.json', 'm-4.json']);
  // It was of another boot, and so are its processes.
  const recovered = await restarted(directory).recover();
  assert.deepEqual(recovered.map(({ step, outcome }) => `${step} ${outcome}`).sort(), [
    'a gone',
    'b unknown',
  ]);
});
