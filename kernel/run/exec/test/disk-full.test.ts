import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { systemClock } from '../../../ports/clock.ts';
import { ExecError } from '../exec-error.ts';
import { Executor } from '../executor.ts';
import { outputBytes } from '../log/log-record.ts';
import { path, processes, until } from './bench.ts';

const disk = mkdtempSync(join(tmpdir(), 'plinth-disk-'));
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk]).status === 0;
after(() => {
  if (mounted) spawnSync('umount', ['-l', disk]);
  rmSync(disk, { recursive: true, force: true });
});
const skip = mounted ? false : 'a small disk needs the right to mount';
const ballast = join(disk, 'ballast');

/** Writes until nothing fits any more. */
function fill(): void {
  for (let bytes = 65_536; bytes >= 1; bytes = Math.floor(bytes / 16)) {
    try {
      for (;;) writeFileSync(ballast, Buffer.alloc(bytes), { flag: 'a' });
    } catch (error) {
      assert.ok(error instanceof Error && 'code' in error && error.code === 'ENOSPC', String(error));
    }
  }
}

/** What the log shows so far. */
async function wordsOf(executor: Executor): Promise<string[]> {
  const words: string[] = [];
  for await (const { record } of executor.logs.follow('r', 's', {
    keep: true,
    signal: AbortSignal.timeout(50),
  })) {
    words.push(record.kind === 'output' ? outputBytes(record).toString() : record.kind);
  }
  return words;
}

test('a disk that runs full does not stop a program; its log has a hole that is told, and goes on', {
  skip,
}, async () => {
  mkdirSync(join(disk, 'exec'));
  const executor = new Executor({
    directory: join(disk, 'exec'),
    processes,
    clock: systemClock,
    environment: {},
  });
  const abort = new AbortController();
  const gate = join(tmpdir(), `${disk.split('/').at(-1)}-gate`);
  const script = `
    echo before
    while [ ! -e ${gate}-full ]; do sleep 0.02; done
    i=0; while [ $i -lt 40 ]; do printf '%02000d\\n' $i; i=$((i+1)); sleep 0.01; done
    touch ${gate}-printed
    while [ ! -e ${gate}-free ]; do sleep 0.02; done
    sleep 1.1; echo after; exit 7`;
  try {
    const running = executor.exec({
      runUid: 'r',
      step: 's',
      file: 'sh',
      args: ['-c', script],
      env: path,
      signal: abort.signal,
    });
    const log = (): Promise<string[]> => wordsOf(executor);
    await until('the first line', async () => (await log()).includes('before\n') || undefined);
    fill();
    writeFileSync(`${gate}-full`, '');
    await until('the output', () => spawnSync('test', ['-e', `${gate}-printed`]).status === 0 || undefined);
    // A full disk also keeps further programs from being started, with a clear refusal.
    await assert.rejects(
      executor.exec({
        runUid: 'r',
        step: 'other',
        file: 'sh',
        args: ['-c', 'true'],
        env: path,
        signal: abort.signal,
      }),
      (error) => {
        assert.ok(error instanceof ExecError && error.code === 'exec.log-unwritable', String(error));
        assert.match(error.message, /step "other".*ENOSPC/);
        return /space/.test(error.hint);
      },
    );
    rmSync(ballast);
    writeFileSync(`${gate}-free`, '');
    const result = await running;
    assert.deepEqual([result.exitCode, result.cancelled, result.logFailure], [7, false, undefined]);
    assert.ok(result.logLostBytes > 30 * 2_000, `${result.logLostBytes} bytes lost`);
    // What the caller gets is whole all the same.
    assert.equal(result.stdout.slice(0, 7), 'before\n');
    const words = await log();
    assert.deepEqual(
      [words[0], words[1], ...words.slice(-3)],
      ['start', 'before\n', 'lost', 'after\n', 'end'],
    );
  } finally {
    abort.abort();
    for (const name of ['full', 'printed', 'free']) rmSync(`${gate}-${name}`, { force: true });
  }
});

test('a program whose record finds no room is not started', { skip }, async () => {
  const executor = new Executor({
    directory: join(disk, 'exec'),
    processes,
    clock: systemClock,
    environment: {},
  });
  const trace = join(tmpdir(), `${disk.split('/').at(-1)}-trace`);
  const { signal } = new AbortController();
  fill();
  const failed = executor.exec({ runUid: 'q', step: 's', file: 'touch', args: [trace], env: path, signal });
  await assert.rejects(failed, ExecError);
  assert.notEqual(spawnSync('test', ['-e', trace]).status, 0);
  rmSync(ballast);
  const { exitCode } = await executor.exec({
    runUid: 'q',
    step: 's',
    file: 'true',
    args: [],
    env: path,
    signal,
  });
  assert.equal(exitCode, 0);
});
