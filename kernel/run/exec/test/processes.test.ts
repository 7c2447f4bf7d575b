import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { bootId, processEntry } from '../../../ports/process-table.ts';
import { ProcessError, type ProcessErrorCode, type ProcessRequest } from '../../../ports/processes.ts';
import { living, observed, path, processes, program, skip, temporary, until } from './bench.ts';

test('a program gets its arguments, input, directory and environment as they are, and nothing else', {
  skip,
}, async (t) => {
  const cwd = temporary(t);
  const script = `
    let input = '';
    process.stdin.on('data', (bytes) => { input += bytes; }).on('end', () => {
      const { PLINTH_PROCESS, ...env } = process.env;
      console.log(JSON.stringify({ args: process.argv.slice(1), input, cwd: process.cwd(), env, mark: PLINTH_PROCESS }));
    });`;
  const args = ['$(touch owned)', '`id`', '; rm -rf x', '* ~ "quoted"', '', 'ünï\ncode', '--flag'];
  const { request, output, records } = observed({
    file: process.execPath,
    args: ['-e', script, '--', ...args],
    cwd,
    env: { ONLY: 'this $HOME', 'odd.name': '1' },
    stdin: 'to read\n'.repeat(100_000),
  });
  const exit = await processes.run(request);
  assert.deepEqual(
    { ...exit, durationMs: 0 },
    {
      exitCode: 0,
      signal: undefined,
      timedOut: false,
      cancelled: false,
      durationMs: 0,
      survivors: [],
    },
  );
  const seen: unknown = JSON.parse(output.stdout);
  const mark = records[0]?.mark;
  const env = { ONLY: 'this $HOME', 'odd.name': '1' };
  assert.deepEqual(seen, { args, input: 'to read\n'.repeat(100_000), cwd, env, mark });
});

test('exit codes and signals are told as they are', { skip }, async () => {
  const failed = await processes.run(observed({ args: ['-c', 'echo no >&2; exit 42'] }).request);
  assert.equal(failed.exitCode, 42);
  const killed = await processes.run(observed({ args: ['-c', 'kill -9 $$'] }).request);
  assert.deepEqual([killed.exitCode, killed.signal, killed.cancelled], [undefined, 'SIGKILL', false]);
  // It does not read the input that it is given.
  const deaf = await processes.run(
    observed({ args: ['-c', 'exec true'], stdin: 'x'.repeat(1_000_000) }).request,
  );
  assert.equal(deaf.exitCode, 0);
});

test('a record is kept before the program exists, and again with its number and start time', {
  skip,
}, async (t) => {
  const trace = join(temporary(t), 'trace');
  const steps: string[] = [];
  let kept: readonly unknown[] = [];
  const { request, records } = observed({ args: ['-c', `echo started > ${trace}; sleep 0.2`] });
  await processes.run({
    ...request,
    async onRecord(record) {
      records.push(record);
      steps.push(record.pid === undefined ? 'unstarted' : 'started');
      if (record.pid === undefined) {
        // Some turns of the event loop, in which a program that had been started would have left its trace.
        for (let i = 0; i < 50; i++)
          await until('a turn', () => new Promise<true>((go) => setImmediate(go, true)));
        assert.deepEqual(await living(record), []);
      } else {
        kept = [processEntry(record.pid)?.startTicks, record.bootId];
        assert.deepEqual((await living(record)).includes(record.pid), true);
      }
    },
  });
  assert.deepEqual(steps, ['unstarted', 'started']);
  assert.deepEqual(kept, [records[1]?.startTicks, bootId()]);
  assert.equal(records[0]?.mark, records[1]?.mark);
});

test('a program is not started when its record cannot be kept', { skip }, async (t) => {
  const trace = join(temporary(t), 'trace');
  const { request } = observed({ args: ['-c', `echo started > ${trace}`] });
  const refuse = (): Promise<void> => Promise.reject(new Error('no room'));
  await assert.rejects(processes.run({ ...request, onRecord: refuse }), /no room/);
  assert.throws(() => chmodSync(trace, 0o600), /ENOENT/);
});

for (const end of ['time-out', 'cancellation'] as const) {
  test(`${end}: SIGKILL after the grace to all that ignore SIGTERM and hold the outputs`, {
    skip,
  }, async () => {
    const abort = new AbortController();
    const { request, records, output } = observed({
      args: [program('stubborn.sh')],
      graceMs: 150,
      ...(end === 'time-out' ? { timeoutMs: 600 } : { signal: abort.signal }),
    });
    const running = processes.run(request);
    await until(
      'all three',
      () => /leader[^]*grandchild|grandchild[^]*leader/.test(output.stdout) || undefined,
    );
    if (end === 'cancellation') abort.abort();
    const exit = await running;
    assert.deepEqual([exit.timedOut, exit.cancelled], [end === 'time-out', end === 'cancellation']);
    assert.deepEqual([exit.exitCode, exit.signal, exit.survivors], [undefined, 'SIGKILL', []]);
    assert.ok(exit.durationMs < 5_000, `took ${exit.durationMs} ms`);
    for (const record of records) assert.deepEqual(await living(record), []);
  });
}

test('SIGTERM comes first, and what a program prints and answers then counts', { skip }, async () => {
  const abort = new AbortController();
  const { request, output, records } = observed({ args: [program('polite.sh')], signal: abort.signal });
  const running = processes.run(request);
  await until('its start', () => output.stdout.includes('ready') || undefined);
  abort.abort();
  const exit = await running;
  assert.deepEqual([exit.exitCode, exit.cancelled], [3, true]);
  assert.equal(output.stdout, 'ready\ncleaned up\n');
  for (const record of records) assert.deepEqual(await living(record), []);
});

test('a stopped program is ended too', { skip }, async () => {
  const abort = new AbortController();
  const { request, records } = observed({ args: ['-c', 'kill -STOP $$; sleep 300'], signal: abort.signal });
  const running = processes.run(request);
  const pid = await until('its start', () => records[1]?.pid);
  await until('its stop', () => / T /.test(readFileSync(`/proc/${pid}/stat`, 'latin1')) || undefined);
  abort.abort();
  const exit = await running;
  // It takes its SIGTERM at once, and not the SIGKILL at the end of the grace.
  assert.deepEqual([exit.cancelled, exit.signal], [true, 'SIGTERM']);
  for (const record of records) assert.deepEqual(await living(record), []);
});

test('when the process that starts programs is killed, they end, that is told, and others are started', {
  skip,
}, async () => {
  const { request, records } = observed({ args: [program('stubborn.sh')], graceMs: 50 });
  const running = processes.run(request);
  const starter = await until('its start', () => (records[1] ? records[1].starter : undefined));
  process.kill(starter.pid, 'SIGKILL');
  await assert.rejects(running, /the process that starts programs ended with SIGKILL/);
  for (const record of records) assert.deepEqual(await living(record), []);
  const again = await processes.run(observed({ args: ['-c', 'exit 7'] }).request);
  assert.equal(again.exitCode, 7);
});

test('what is cancelled before its start does not start', { skip }, async () => {
  const { request, records } = observed({ args: ['-c', 'echo started'], signal: AbortSignal.abort() });
  const exit = await processes.run(request);
  assert.deepEqual([exit.cancelled, exit.exitCode, records], [true, undefined, []]);
  const abort = new AbortController();
  const later = observed({
    args: ['-c', 'echo started'],
    signal: abort.signal,
    onRecord: () => abort.abort(),
  });
  assert.equal((await processes.run(later.request)).cancelled, true);
  assert.equal(later.output.stdout, '');
});

for (const name of ['leaves-child.sh', 'leaves-silent-child.sh', 'escapes.sh']) {
  test(`what a program leaves running is ended: ${name}`, { skip }, async () => {
    const { request, records, output } = observed({ args: [program(name)] });
    const exit = await processes.run(request);
    assert.deepEqual([exit.exitCode, exit.cancelled, output.stdout], [0, false, 'done\n']);
    for (const record of records) assert.deepEqual(await living(record), []);
  });
}

test('a failing receiver of output ends the program and is told', { skip }, async () => {
  const { request, records } = observed({ file: 'yes' });
  const fail = (): never => {
    throw new Error('cannot take it');
  };
  await assert.rejects(processes.run({ ...request, onOutput: fail }), /cannot take it/);
  for (const record of records) assert.deepEqual(await living(record), []);
});

test('a program is not read faster than its output is taken, nor in large pieces', { skip }, async () => {
  let taken = 0;
  let largest = 0;
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  const abort = new AbortController();
  const { request, records } = observed({
    file: 'yes',
    signal: abort.signal,
    async onOutput(_stream, bytes) {
      taken += bytes.length;
      largest = Math.max(largest, bytes.length);
      await gate;
    },
  });
  const running = processes.run(request);
  await until('output', () => taken || undefined);
  for (let i = 0; i < 100; i++) await new Promise((go) => setImmediate(go));
  assert.ok(taken <= 65_536, `${taken} bytes taken although the first are not done with`);
  open();
  await until('more', () => taken > 10_000_000 || undefined);
  abort.abort();
  await running;
  assert.ok(largest <= 65_536, `a piece of ${largest} bytes`);
  for (const record of records) assert.deepEqual(await living(record), []);
});

test('a program that cannot be started says why, and what to do', { skip }, async (t) => {
  const directory = temporary(t);
  const file = (name: string, text: string, mode: number): string => {
    writeFileSync(join(directory, name), text);
    chmodSync(join(directory, name), mode);
    return join(directory, name);
  };
  mkdirSync(join(directory, 'folder'));
  const cases: [ProcessErrorCode, RegExp, Partial<ProcessRequest>][] = [
    [
      'process.missing',
      /cannot run no-such-program: there is no such program on the PATH/,
      { file: 'no-such-program' },
    ],
    ['process.missing', /there is no such program \/no\/such/, { file: '/no/such' }],
    ['process.missing', /PATH \(not set/, { file: 'no-such-program', env: {} }],
    ['process.directory', /its directory \/no\/where is missing/, { cwd: '/no/where' }],
    ['process.directory', /is an? executable file|is a file/, { cwd: file('plain', '', 0o644) }],
    ['process.not-executable', /is a file without the right to execute/, { file: file('data', 'x', 0o644) }],
    ['process.not-executable', /is executable directory/, { file: join(directory, 'folder') }],
    [
      'process.not-executable',
      /does not start \(ENOENT\)/,
      { file: file('script', '#!/no/interpreter\n', 0o755) },
    ],
    [
      'process.too-large',
      /its arguments and environment have \d+ bytes, the longest 200001/,
      { args: ['x'.repeat(200_000)] },
    ],
    ['process.invalid', /argument 2 holds a NUL/, { args: ['a', 'b\0c'] }],
    ['process.invalid', /"A=B" cannot be the name/, { env: { 'A=B': 'c' } }],
    ['process.invalid', /timeoutMs is 2147483648/, { timeoutMs: 2 ** 31 }],
    ['process.invalid', /graceMs is NaN/, { graceMs: Number.NaN }],
    ['process.invalid', /the file is empty/, { file: '' }],
  ];
  for (const [code, message, request] of cases) {
    await assert.rejects(processes.run(observed(request).request), (error) => {
      assert.ok(error instanceof ProcessError, String(error));
      assert.equal(error.code, code, error.message);
      assert.match(error.message, message);
      assert.ok(error.hint.length > 10 && error.cause === undefined && !error.passes);
      return true;
    });
  }
});

test('reap ends what carries the mark, also outside of the group, and nothing else', { skip }, async () => {
  const { request, records, output } = observed({
    args: [
      '-c',
      'setsid sh -c "trap \\"\\" TERM; echo escaped; while :; do sleep 1; done" & echo leader; sleep 300',
    ],
  });
  const running = processes.run(request);
  await until('both', () => (/escaped/.test(output.stdout) && records[1]) || undefined);
  const [first, second] = records;
  assert.ok(first && second?.pid !== undefined);
  // A record of the same number whose time, boot or mark is another's: nobody is touched.
  const stranger = { ...second, mark: 'another' };
  for (const record of [
    { ...stranger, startTicks: (second.startTicks ?? 0) - 1 },
    { ...second, bootId: 'another boot' },
    { mark: 'another', pid: second.pid, ...(second.bootId === undefined ? {} : { bootId: second.bootId }) },
  ]) {
    assert.deepEqual(await processes.reap(record, 0), { outcome: 'gone', pids: [] });
    assert.ok(processEntry(second.pid));
  }
  assert.deepEqual(await processes.reap({ mark: second.mark }, 0), { outcome: 'unknown', pids: [] });
  // The first record, without a number, is enough.
  const { outcome, pids } = await processes.reap(first, 100);
  assert.equal(outcome, 'killed');
  assert.ok(pids.includes(second.pid) && pids.length >= 2, String(pids));
  assert.deepEqual(await living(second), []);
  assert.deepEqual((await running).survivors, []);
  assert.deepEqual(await processes.reap(second), { outcome: 'gone', pids: [] });
  assert.ok(path.PATH);
});
