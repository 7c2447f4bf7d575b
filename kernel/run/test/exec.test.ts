import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { isObject } from '../../model/json.ts';
import { systemClock } from '../../ports/clock.ts';
import { nodeProcesses } from '../../ports/node-processes.ts';
import { systemRandom } from '../../ports/random.ts';
import { openLabStore } from '../../store/test/lab-store.ts';
import { defineRun } from '../define-run.ts';
import { Executor } from '../exec/executor.ts';
import { runLogLines } from '../run-log.ts';
import { RunLab } from './run-lab.ts';

const skip = process.platform === 'linux' ? false : 'programs are run in process groups of Linux';

function executor(context: TestContext): Executor {
  const directory = mkdtempSync(join(tmpdir(), 'plinth-run-exec-'));
  context.after(() => rmSync(directory, { recursive: true, force: true }));
  const processes = nodeProcesses(systemClock, systemRandom);
  return new Executor({ directory, processes, clock: systemClock, environment: process.env });
}

async function reach(lab: RunLab, phase: string): Promise<void> {
  await lab.until(`the run to be ${phase}`, () => lab.run('one')?.status?.phase === phase);
}

async function linesOf(lab: RunLab, exec: Executor, follow: boolean, step?: string): Promise<string[]> {
  const parts = {
    source: exec.logs,
    store: lab.store,
    key: 'default/plinth.dev/runs/default/one',
    bucket: 'default/plinth.dev/runs/default/',
    read: () => lab.run('one'),
  };
  const lines: string[] = [];
  const request = { step, offset: 0, follow };
  for await (const line of runLogLines(parts, request, AbortSignal.timeout(20_000))) lines.push(line);
  return lines
    .map((line): unknown => JSON.parse(line))
    .filter(isObject)
    .filter(({ kind }) => kind === 'output')
    .map((line) => `${String(line['step'])}: ${String(line['text']).trim()}`);
}

test('a run executes programs: output, secrets, exit codes, and a log that is followed to its end', {
  skip,
}, async (t) => {
  const exec = executor(t);
  const job = defineRun({
    name: 'job',
    version: 1,
    async run(run) {
      const env = { PATH: '/usr/bin:/bin', WORD: 'hush-hush' };
      const said = await run.exec('say', {
        file: 'sh',
        args: ['-c', 'echo "$0 $WORD"', 'a;b'],
        env,
        secrets: ['hush-hush'],
      });
      await run.exec('fail', { file: 'sh', args: ['-c', 'echo no >&2; exit 3'], env }).catch(() => undefined);
      const three = await run.exec('three', { file: 'sh', args: ['-c', 'exit 3'], env, successCodes: [3] });
      return { said: said.stdout, code: three.exitCode };
    },
  });
  const lab = await RunLab.make([job], { exec, store: await openLabStore() });
  await lab.create('one', { definition: 'job' });
  const followed = linesOf(lab, exec, true);
  await reach(lab, 'Succeeded');
  assert.deepEqual(lab.run('one')?.status?.output, { said: 'a;b ***\n', code: 3 });
  assert.deepEqual(await followed, ['say: a;b ***', 'fail: no']);
  assert.deepEqual(await linesOf(lab, exec, false, 'fail'), ['fail: no']);
  const failed = lab.run('one')?.status?.steps?.find(({ name }) => name === 'fail');
  assert.equal(failed?.message, 'sh ended with 3: no');
  const uid = lab.run('one')?.metadata.uid ?? '';
  await lab.deleteRun('one');
  await lab.settle(1_000);
  assert.deepEqual(await exec.logs.list(uid), [], 'the logs go with the run');
});

test('cancelling a run ends its program, and the run says so', { skip }, async (t) => {
  const exec = executor(t);
  const job = defineRun({
    name: 'job',
    version: 1,
    run: (run) => run.exec('sleep', { file: 'sleep', args: ['600'], env: { PATH: '/usr/bin:/bin' } }),
  });
  const lab = await RunLab.make([job], { exec, store: await openLabStore() });
  await lab.create('one', { definition: 'job' });
  await lab.settle(300);
  await lab.until('the program to run', async () => {
    const logs = await exec.logs.list(lab.run('one')?.metadata.uid ?? '');
    return logs.some(({ isLive }) => isLive);
  });
  await lab.change('one', { cancel: true });
  await reach(lab, 'Canceled');
  assert.equal(lab.run('one')?.status?.error?.code, 'Canceled');
});

test('the log of a program that runs is read up to now, without waiting for its end', { skip }, async (t) => {
  const exec = executor(t);
  const env = { PATH: '/usr/bin:/bin' };
  const job = defineRun({
    name: 'job',
    version: 1,
    run: (run) => run.exec('talk', { file: 'sh', args: ['-c', 'echo begun; exec sleep 600'], env }),
  });
  const lab = await RunLab.make([job], { exec, store: await openLabStore() });
  await lab.create('one', { definition: 'job' });
  await lab.settle(300);
  await lab.until('the program to be heard', async () => (await linesOf(lab, exec, false)).length > 0);
  assert.deepEqual(await linesOf(lab, exec, false), ['talk: begun']);
  assert.equal(lab.run('one')?.status?.phase, 'Running');
  await lab.change('one', { cancel: true });
  await reach(lab, 'Canceled');
});

test('a program that does not exist, or takes too long, fails its step clearly', { skip }, async (t) => {
  const exec = executor(t);
  const job = defineRun({
    name: 'job',
    version: 1,
    async run(run) {
      const env = { PATH: '/usr/bin:/bin' };
      const told: string[] = [];
      const note = (error: unknown): void => void told.push((error as Error).message);
      await run.exec('missing', { file: 'no-such-program', args: [], env }).catch(note);
      await run.exec('slow', { file: 'sleep', args: ['600'], env, timeoutMs: 100 }).catch(note);
      return told;
    },
  });
  const lab = await RunLab.make([job], { exec, store: await openLabStore() });
  await lab.create('one', { definition: 'job' });
  await reach(lab, 'Succeeded');
  const told = lab.run('one')?.status?.output;
  assert.ok(Array.isArray(told));
  assert.match(String(told[0]), /no-such-program/);
  assert.equal(told[1], 'sleep took more than 100 ms');
});

test('a step runs several programs, each with a log of its own, and decides itself what their ends mean', {
  skip,
}, async (t) => {
  const exec = executor(t);
  const env = { PATH: '/usr/bin:/bin' };
  const sh = (script: string) => ({ file: 'sh', args: ['-c', script], env });
  const job = defineRun({
    name: 'job',
    version: 1,
    run: (run) =>
      run.step('both', async (step) => {
        const first = await step.exec({ ...sh('echo one; exit 2'), log: 'both/first' });
        const second = await step.exec(sh('echo two'));
        return { code: first.exitCode, said: first.stdout + second.stdout };
      }),
  });
  const lab = await RunLab.make([job], { exec, store: await openLabStore() });
  await lab.create('one', { definition: 'job' });
  await reach(lab, 'Succeeded');
  assert.deepEqual(lab.run('one')?.status?.output, { code: 2, said: 'one\ntwo\n' });
  assert.deepEqual((await linesOf(lab, exec, false)).sort(), ['both/first: one', 'both: two']);
});
