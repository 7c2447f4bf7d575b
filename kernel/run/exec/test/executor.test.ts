import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isObject } from '../../../model/json.ts';
import { systemClock } from '../../../ports/clock.ts';
import { ProcessError } from '../../../ports/processes.ts';
import { ExecError } from '../exec-error.ts';
import { Executor, type ProgramRequest } from '../executor.ts';
import { outputBytes } from '../log/log-record.ts';
import { livingWith, path, processes, program, skip, temporary, until } from './bench.ts';

function executorIn(directory: string): Executor {
  const environment = { PATH: path.PATH, HOME: '/home/of/plinth', LANG: 'C', TOKEN: 'not for programs' };
  return new Executor({ directory, processes, clock: systemClock, environment });
}

function request(script: string, more: Partial<ProgramRequest> = {}): ProgramRequest {
  const signal = new AbortController().signal;
  return { runUid: 'run-1', step: 'build', file: 'sh', args: ['-c', script], env: path, signal, ...more };
}

/** Everything that the log of a step shows, and all bytes below a directory. */
async function logText(executor: Executor, step = 'build'): Promise<string> {
  let text = '';
  for await (const { record } of executor.logs.follow('run-1', step)) {
    if (record.kind === 'output') text += outputBytes(record).toString();
  }
  return text;
}

/** What a log shows now, also while it is written. */
async function shownNow(executor: Executor): Promise<string> {
  let text = '';
  try {
    for await (const { record } of executor.logs.follow('run-1', 'build', { untilNow: true })) {
      if (record.kind === 'output') text += outputBytes(record).toString();
    }
  } catch (error) {
    if (!(error instanceof ExecError)) throw error;
  }
  return text;
}

function filesIn(directory: string): string {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');
}

/** Milliseconds of processor time that each turn of the event loop took: what others do on the machine is not in it. */
async function turnsUntil(signal: AbortSignal): Promise<number[]> {
  const turns: number[] = [];
  let last = process.threadCpuUsage();
  while (!signal.aborted) {
    await new Promise((resolve) => setImmediate(resolve));
    const now = process.threadCpuUsage();
    turns.push((now.user + now.system - last.user - last.system) / 1000);
    last = now;
  }
  return turns;
}

test('a program ends with its result, its log, and nothing of it left', { skip }, async (t) => {
  const directory = temporary(t);
  const executor = executorIn(directory);
  const result = await executor.exec(request('cat; echo out; echo err >&2; exit 4', { stdin: 'in\n' }));
  assert.deepEqual(
    { ...result, durationMs: 0 },
    {
      exitCode: 4,
      signal: undefined,
      timedOut: false,
      cancelled: false,
      durationMs: 0,
      survivors: [],
      stdout: 'in\nout\n',
      isStdoutTruncated: false,
      stderr: 'err\n',
      isStderrTruncated: false,
      logLostBytes: 0,
    },
  );
  assert.deepEqual((await logText(executor)).split('\n').sort(), ['', 'err', 'in', 'out']);
  assert.deepEqual(readdirSync(join(directory, 'processes')), []);
  assert.deepEqual(await executor.recover(), []);
});

test('what a program prints for programs is made readable before anybody sees it, and then loses its secrets', {
  skip,
}, async (t) => {
  const executor = executorIn(temporary(t));
  const script = `printf '{"say":"one"}\n{"say":"hu'; printf 'sh"}\n\n{"hide":true}\n'; echo plain >&2; head -c 1100000 /dev/zero | tr '\\0' x; echo; printf '{"say":"last"}'`;
  const format = (line: string): string | undefined => {
    const said: unknown = JSON.parse(line === '' ? '{}' : line);
    return isObject(said) && typeof said['say'] === 'string' ? said['say'] : undefined;
  };
  const { stdout, stderr } = await executor.exec(request(script, { format, secrets: ['hush'] }));
  assert.equal(stdout, 'one\n***\n(1100000 bytes without an end of line are left out)\nlast\n');
  assert.equal(stderr, 'plain\n');
  assert.match(await logText(executor), /^one\n\*\*\*$/m);
});

test('a program is asked to end by the signal that it ends in order at', { skip }, async (t) => {
  const executor = executorIn(temporary(t));
  const script = `trap 'echo in order; exit 0' INT; trap 'echo at once; exit 1' TERM; echo ready; while :; do sleep 0.05; done`;
  const cancel = new AbortController();
  const ended = executor.exec(request(script, { stopSignal: 'SIGINT', signal: cancel.signal }));
  await until(
    'the program to be ready',
    async () => (await shownNow(executor)).includes('ready') || undefined,
  );
  cancel.abort();
  const { stdout, exitCode } = await ended;
  assert.deepEqual({ stdout, exitCode }, { stdout: 'ready\nin order\n', exitCode: 0 });
});

test('of the environment a program gets what it names', { skip }, async (t) => {
  const executor = executorIn(temporary(t));
  const seen = async (more: Partial<ProgramRequest>): Promise<string[]> => {
    const { stdout } = await executor.exec(request('', { file: '/usr/bin/env', args: [], ...more }));
    return stdout.split('\n').filter((line) => line !== '' && !line.startsWith('PLINTH_PROCESS='));
  };
  assert.deepEqual(await seen({ env: {} }), []);
  assert.deepEqual(await seen({ env: { HOME: '/own', A: 'b' }, inherit: ['HOME', 'LANG', 'ABSENT'] }), [
    'HOME=/own',
    'LANG=C',
    'A=b',
  ]);
});

test('secrets are in no output, no log and no file, in whatever form and however they arrive', {
  skip,
}, async (t) => {
  const directory = temporary(t);
  const executor = executorIn(directory);
  const secret = 'S3cr3t/of+the "house"';
  const script = `
    const secret = process.env.SECRET;
    const forms = [secret, Buffer.from('u:' + secret).toString('base64'), Buffer.from(secret).toString('hex'),
      encodeURIComponent(secret), JSON.stringify({ secret })];
    const bytes = Buffer.from(forms.join('\\n') + '\\nüber\\n');
    let at = 0;
    (function next() {
      if (at === bytes.length) return;
      const to = at++;
      process.stdout.write(bytes.subarray(to, to + 1), () => setImmediate(next));
    })();
    process.stderr.write('failed with ' + secret + '\\n');`;
  const result = await executor.exec(
    request('', {
      file: process.execPath,
      args: ['-e', script],
      env: { ...path, SECRET: secret },
      secrets: [secret],
    }),
  );
  assert.equal(result.exitCode, 0, result.stderr);
  assert.match(result.stdout, /^\*\*\*\ndT.\*\*\*=*\n\*\*\*\n\*\*\*\n\{"secret":"\*\*\*"\}\nüber\n$/);
  assert.equal(result.stderr, 'failed with ***\n');
  assert.doesNotMatch(filesIn(directory), /S3cr3t|UzNjcjN0|533363723374/i);
  // Not even where a program is named by it, nor where node keeps the arguments of what failed.
  await assert.rejects(
    executor.exec(
      request('', { file: '/opt/S3cr3t-tool', args: [secret], secrets: ['S3cr3t-tool', secret], step: 'x' }),
    ),
    (error) => {
      assert.ok(error instanceof ProcessError && error.code === 'process.missing');
      assert.match(error.message, /\/opt\/\*\*\*/);
      assert.doesNotMatch(JSON.stringify([error, error.stack, error.cause]), /S3cr3t/);
      return true;
    },
  );
  assert.doesNotMatch(filesIn(directory), /S3cr3t/);
});

test('lines stay whole, unfinished ones are shown after a moment, and characters are never split', {
  skip,
}, async (t) => {
  const executor = executorIn(temporary(t));
  const abort = new AbortController();
  const script = `printf 'Continue? [y/N] \\303'; sleep 0.6; printf '\\274'; sleep 300`;
  const running = executor.exec(request(script, { signal: abort.signal }));
  const follower = executor.logs.follow('run-1', 'build', { keep: true, signal: abort.signal });
  const shown: string[] = [];
  for await (const { record } of follower) {
    if (record.kind === 'output') shown.push(record.text ?? 'bytes');
    if (shown.length === 2) abort.abort();
  }
  assert.deepEqual(shown, ['Continue? [y/N] ', 'ü']);
  assert.equal((await running).cancelled, true);
});

test('what the caller gets is bounded: the beginning of the output, the end of the errors', {
  skip,
}, async (t) => {
  const executor = executorIn(temporary(t));
  const result = await executor.exec(request('seq 1 50000; seq 1 50000 >&2'));
  assert.equal(Buffer.byteLength(result.stdout), 65_536);
  assert.equal(Buffer.byteLength(result.stderr), 65_536);
  assert.ok(result.isStdoutTruncated && result.isStderrTruncated);
  assert.ok(result.stdout.startsWith('1\n2\n') && result.stderr.endsWith('\n50000\n'));
  const all = await logText(executor);
  assert.ok(all.includes('49999\n50000\n') && all.length > 550_000);
});

test('a cancelled or late program says so in its log', { skip }, async (t) => {
  const executor = executorIn(temporary(t));
  const late = await executor.exec(request('sleep 300', { timeoutMs: 50 }));
  assert.deepEqual([late.timedOut, late.signal], [true, 'SIGTERM']);
  const ends = [];
  for await (const { record } of executor.logs.follow('run-1', 'build'))
    if (record.kind === 'end') ends.push(record);
  assert.deepEqual(
    ends.map((end) => ({ ...end, atMs: 0 })),
    [{ kind: 'end', atMs: 0, signal: 'SIGTERM', timedOut: true }],
  );
  const never = await executor.exec(request('echo started', { signal: AbortSignal.abort(), step: 'other' }));
  assert.deepEqual([never.cancelled, never.stdout], [true, '']);
});

test('programs that print without end leave memory and event loop alone', { skip }, async (t) => {
  const directory = temporary(t);
  const executor = executorIn(directory);
  const abort = new AbortController();
  const secrets = ['y'.repeat(40), 'some secret', 'another secret'];
  const steps = ['one', 'two', 'three'];
  const running = steps.map((step) =>
    executor.exec(
      request('', { file: 'yes', args: ['a line of output'], step, signal: abort.signal, secrets }),
    ),
  );
  const size = async (): Promise<number> => {
    const logs = await executor.logs.list('run-1');
    return logs.reduce((sum, { bytes }) => sum + bytes, 0);
  };
  await until('output', async () => (await size()) > 3_000_000 || undefined);
  const before = process.memoryUsage();
  const turns = turnsUntil(abort.signal);
  // Each has its burst of 16 MiB and is slowed to 8 MiB/s then; a log keeps at most 16 MiB.
  await until('logs at their bound', async () => (await size()) > 3 * 14 * 1024 * 1024 || undefined);
  const after = process.memoryUsage();
  abort.abort();
  for (const result of await Promise.all(running)) {
    assert.equal(result.cancelled, true);
    assert.equal(result.stdout.length, 65_536);
    assert.equal(result.logLostBytes, 0);
  }
  const grownMiB = (after.rss - before.rss) / 1024 / 1024;
  const turnMs = (await turns).sort((a, b) => b - a);
  t.diagnostic(
    `${turnMs.length} turns, the longest ${turnMs.slice(0, 3).join(', ')} ms; ${grownMiB} MiB more`,
  );
  assert.ok((turnMs[0] ?? 0) < 20, `the event loop was held for ${turnMs[0]} ms`);
  assert.ok(grownMiB < 200, `${grownMiB} MiB more memory`);
  assert.ok((await size()) <= 3 * 16 * 1024 * 1024);
  assert.deepEqual(livingWith('yes a line of output'), []);
  assert.deepEqual(readdirSync(join(directory, 'processes')), []);
});

test('many programs at once, cancelled together, leave nobody behind', { skip }, async (t) => {
  const directory = temporary(t);
  const executor = executorIn(directory);
  const abort = new AbortController();
  const running = Array.from({ length: 20 }, (_, i) =>
    executor.exec(
      request('', {
        file: 'sh',
        args: [program('stubborn.sh'), directory],
        step: `s${i}`,
        signal: abort.signal,
        graceMs: 100,
      }),
    ),
  );
  await until('20 programs', () => livingWith(directory).length >= 20 || undefined);
  abort.abort();
  for (const { cancelled, survivors } of await Promise.all(running))
    assert.deepEqual([cancelled, survivors], [true, []]);
  assert.deepEqual(livingWith(directory), []);
});

test('a program that outlives goes on when its Plinth stops, and the next one waits for its end', {
  skip,
}, async (t) => {
  const directory = temporary(t);
  const done = join(directory, 'done');
  const go = join(directory, 'go');
  const stop = new AbortController();
  const script = `echo begun; while [ ! -e ${go} ]; do sleep 0.05; done; echo nobody reads this; echo nor this >&2; touch ${done}`;
  const first = executorIn(directory);
  const ended = first.exec(request(script, { outlives: { directory }, signal: stop.signal }));
  await until('the program to begin', async () => (await shownNow(first)).includes('begun') || undefined);
  stop.abort(Object.assign(new Error('the process stops'), { code: 'Stopped' }));
  const { cancelled, survivors, stdout } = await ended;
  assert.deepEqual({ cancelled, stdout }, { cancelled: true, stdout: 'begun\n' });
  assert.equal(survivors.length, 1);
  const next = executorIn(directory);
  assert.deepEqual(await next.recover(), []);
  const settled = next.settle('run-1', 'build', new AbortController().signal);
  writeFileSync(go, '');
  await settled;
  assert.ok(existsSync(done), 'it came to its end, although nobody read what it printed');
  assert.deepEqual(readdirSync(join(directory, 'processes')), []);
});

test('a program that outlived its Plinth is ended when it is not wanted any more', { skip }, async (t) => {
  const directory = temporary(t);
  const stop = new AbortController();
  const first = executorIn(directory);
  const begun = Promise.withResolvers<void>();
  const format = (line: string): string => {
    begun.resolve();
    return line;
  };
  const script = `trap 'exit 0' INT; echo begun; while :; do sleep 0.05; done # ${directory}`;
  const ended = first.exec(
    request(script, { outlives: { directory }, stopSignal: 'SIGINT', format, signal: stop.signal }),
  );
  await begun.promise;
  stop.abort(Object.assign(new Error('the process stops'), { code: 'Stopped' }));
  await ended;
  const cancel = new AbortController();
  const settled = executorIn(directory).settle('run-1', 'build', cancel.signal);
  cancel.abort(new Error('cancelled'));
  await settled;
  assert.deepEqual(livingWith(directory), []);
});
