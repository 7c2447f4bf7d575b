import assert from 'node:assert/strict';
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { systemClock } from '../../../ports/clock.ts';
import { ExecError, type ExecErrorCode } from '../exec-error.ts';
import type { LogEntry } from '../log/log-reader.ts';
import { outputBytes } from '../log/log-record.ts';
import { type FollowOptions, RunLogs } from '../log/run-logs.ts';
import { temporary } from './bench.ts';

const small = { bytesMax: 4_000, headBytes: 1_000, segmentBytes: 500 };

async function collect(logs: RunLogs, options: FollowOptions = {}, step = 'build'): Promise<LogEntry[]> {
  const entries: LogEntry[] = [];
  for await (const entry of logs.follow('run-1', step, options)) entries.push(entry);
  return entries;
}

/** Entries as short words. */
function words(entries: readonly LogEntry[]): string[] {
  return entries.map(({ record }) => {
    switch (record.kind) {
      case 'output':
        return `${record.stream} ${outputBytes(record).toString('latin1')}`;
      case 'end':
        return record.interrupted ? 'interrupted' : `end ${record.exitCode ?? record.message ?? ''}`;
      case 'start':
        return `start ${record.step} ${record.attempt}`;
      default:
        return `${record.kind} ${record.bytes}`;
    }
  });
}

function refusal(code: ExecErrorCode, message: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof ExecError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, message);
    return error.hint.length > 10;
  };
}

test('a log holds both streams in order of arrival, and bytes that are not text', async (t) => {
  const directory = temporary(t);
  const logs = new RunLogs(directory, systemClock);
  const writer = await logs.open('run-1', 'deploy/eu west', 2);
  await writer.output('stdout', Buffer.from('one\ntwo\n'));
  await writer.output('stderr', Buffer.from('warn: ünï\n'));
  await writer.output('stdout', Buffer.of(0xff, 0x00, 0x0a));
  assert.equal(await writer.end({ exitCode: 3 }), undefined);
  const entries = await collect(logs, {}, 'deploy/eu west');
  assert.deepEqual(words(entries), [
    'start deploy/eu west 2',
    'stdout one\ntwo\n',
    `stderr ${Buffer.from('warn: ünï\n').toString('latin1')}`,
    'stdout \xff\0\n',
    'end 3',
  ]);
  const [step = ''] = readdirSync(join(directory, 'run-1'));
  const file = join(directory, 'run-1', step, '0000000000000000.jsonl');
  assert.equal(statSync(file).mode & 0o777, 0o600);
  // A record per line, which any program can read.
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  assert.equal(lines.length, entries.length);
  assert.deepEqual(
    (await logs.list('run-1')).map(({ step, isLive }) => [step, isLive]),
    [['deploy/eu west', false]],
  );
});

test('readers get what is written while it is written, and end with the step', async (t) => {
  const logs = new RunLogs(temporary(t), systemClock);
  const writer = await logs.open('run-1', 'build', 1);
  const seen: LogEntry[] = [];
  const reader = logs.follow('run-1', 'build');
  const next = async (): Promise<string> => {
    const { value } = await reader.next();
    if (value === undefined) return 'over';
    seen.push(value);
    return words([value])[0] ?? '';
  };
  assert.equal(await next(), 'start build 1');
  for (let i = 0; i < 5; i++) {
    const waiting = next();
    await writer.output('stdout', Buffer.from(`line ${i}\n`));
    assert.equal(await waiting, `stdout line ${i}\n`);
  }
  const waiting = next();
  await writer.end({ exitCode: 0 });
  assert.deepEqual([await waiting, await next()], ['end 0', 'over']);
  // From every place that an entry gave, the rest is the same.
  for (const [i, { nextOffset }] of seen.entries()) {
    assert.deepEqual(await collect(logs, { offset: nextOffset }), seen.slice(i + 1));
  }
});

test('reading can begin anywhere: within a record it begins with the next', async (t) => {
  const logs = new RunLogs(temporary(t), systemClock, small);
  const writer = await logs.open('run-1', 'build', 1);
  for (let i = 0; i < 12; i++) await writer.output('stdout', Buffer.from(`${i} ${'x'.repeat(30)}\n`));
  await writer.end({ exitCode: 0 });
  const all = await collect(logs);
  const last = all.at(-1)?.nextOffset ?? 0;
  for (let offset = 0; offset <= last; offset++) {
    assert.deepEqual(
      await collect(logs, { offset }),
      all.filter((entry) => entry.offset >= offset),
      `at ${offset}`,
    );
  }
  assert.deepEqual(await collect(logs, { offset: last + 100 }), []);
});

test('readers wait for the first attempt and for further ones when asked to, until they are told to stop', async (t) => {
  const logs = new RunLogs(temporary(t), systemClock);
  const abort = new AbortController();
  const seen: LogEntry[] = [];
  const following = (async () => {
    for await (const entry of logs.follow('run-1', 'build', { keep: true, signal: abort.signal })) {
      seen.push(entry);
      // Only once it waits again is it told to stop.
      if (seen.length === 6) setImmediate(() => abort.abort());
    }
  })();
  for (const attempt of [1, 2]) {
    const writer = await logs.open('run-1', 'build', attempt);
    await writer.output('stdout', Buffer.from('x\n'));
    await writer.end({ exitCode: attempt });
  }
  await following;
  assert.deepEqual(words(seen), [
    'start build 1',
    'stdout x\n',
    'end 1',
    'start build 2',
    'stdout x\n',
    'end 2',
  ]);
});

test('of a log that is too long the beginning and the end are kept, and places stay the same', async (t) => {
  const directory = temporary(t);
  const logs = new RunLogs(directory, systemClock, small);
  const writer = await logs.open('run-1', 'build', 1);
  const live = collect(logs);
  const line = (i: number): string => `${String(i).padStart(4, '0')} ${'x'.repeat(40)}\n`;
  for (let i = 0; i < 1_000; i++) await writer.output('stdout', Buffer.from(line(i)));
  await writer.end({ exitCode: 0 });
  const entries = await collect(logs);
  const kept = words(entries);
  assert.deepEqual(kept.slice(0, 2), ['start build 1', `stdout ${line(0)}`]);
  assert.deepEqual(kept.slice(-2), [`stdout ${line(999)}`, 'end 0']);
  assert.equal(kept.filter((word) => word.startsWith('gap')).length, 1);
  for (const [i, entry] of entries.entries()) assert.equal(entry.offset, entries[i - 1]?.nextOffset ?? 0);
  const bytes = (await logs.list('run-1'))[0]?.bytes ?? 0;
  assert.ok(
    bytes <= small.bytesMax && bytes > small.bytesMax - 2 * small.segmentBytes,
    `${bytes} bytes are kept`,
  );
  // Whoever read along may have seen more, and never anything else.
  const places = new Map(entries.map((entry) => [entry.offset, entry]));
  let end = 0;
  for (const entry of await live) {
    assert.equal(entry.offset, end);
    end = entry.nextOffset;
    const other = places.get(entry.offset);
    if (other && other.record.kind !== 'gap' && entry.record.kind !== 'gap') assert.deepEqual(entry, other);
  }
  assert.equal(end, entries.at(-1)?.nextOffset);
});

test('after a restart the log goes on where it was, whatever was cut off', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.nat(40), fc.array(fc.nat(60), { maxLength: 20 }), async (cut, lengths) => {
      const directory = temporary(t);
      const before = new RunLogs(directory, systemClock, small);
      const writer = await before.open('run-1', 'build', 1);
      for (const length of lengths) await writer.output('stdout', Buffer.from(`${'x'.repeat(length)}\n`));
      // As a killed process leaves it: no end, and the last bytes may be missing.
      const [step = ''] = readdirSync(join(directory, 'run-1'));
      const last = join(
        directory,
        'run-1',
        step,
        readdirSync(join(directory, 'run-1', step))
          .sort()
          .at(-1) ?? '',
      );
      truncateSync(last, Math.max(0, statSync(last).size - cut));
      const logs = new RunLogs(directory, systemClock, small);
      const left = await collect(logs);
      const again = await logs.open('run-1', 'build', 2);
      await again.end({ exitCode: 0 });
      const whole = await collect(logs);
      assert.deepEqual(whole.slice(0, left.length), left);
      const isEmpty = left.length === 0;
      const added = isEmpty ? ['start build 2', 'end 0'] : ['interrupted', 'start build 2', 'end 0'];
      assert.deepEqual(words(whole.slice(left.length)), added);
      await writer.end({});
    }),
    { numRuns: 60 },
  );
});

test('a damaged line is a gap, and the rest is read', async (t) => {
  const directory = temporary(t);
  const logs = new RunLogs(directory, systemClock);
  const writer = await logs.open('run-1', 'build', 1);
  const [step = ''] = readdirSync(join(directory, 'run-1'));
  const file = join(directory, 'run-1', step, '0000000000000000.jsonl');
  for (const line of [
    'not JSON',
    '{"kind":"output","atMs":1,"stream":"stdin","text":""}',
    'null',
    '{"kind":"x","atMs":1}',
  ]) {
    appendFileSync(file, `${line}\n`);
  }
  await writer.end({ exitCode: 0 });
  assert.deepEqual(words(await collect(logs)), [
    'start build 1',
    'gap 9',
    'gap 54',
    'gap 5',
    'gap 22',
    'end 0',
  ]);
});

test('logs go with their run; those of no run are swept away', async (t) => {
  const directory = temporary(t);
  const logs = new RunLogs(directory, systemClock);
  for (const runUid of ['run-1', 'run-2', 'run-3']) await (await logs.open(runUid, 'build', 1)).end({});
  const live = await logs.open('run-1', 'build', 2);
  await assert.rejects(logs.remove('run-1'), refusal('exec.log-busy', /run-1 cannot be removed/));
  await assert.rejects(
    logs.open('run-1', 'build', 3),
    refusal('exec.log-busy', /"build" of run run-1 is being/),
  );
  await live.end({});
  await logs.remove('run-1');
  await logs.remove('run-1');
  await assert.rejects(collect(logs), refusal('exec.log-not-found', /no log of step "build" of run run-1/));
  assert.deepEqual(await logs.sweep((runUid) => runUid === 'run-3'), ['run-2']);
  assert.deepEqual(readdirSync(directory), ['run-3']);
  assert.deepEqual(await logs.list('run-2'), []);
});

test('names cannot lead out of the directory', async (t) => {
  const directory = temporary(t);
  const logs = new RunLogs(join(directory, 'logs'), systemClock);
  for (const runUid of ['..', '.', '', '../x', 'a/b', '/etc', 'a\0b']) {
    await assert.rejects(logs.open(runUid, 'build', 1), refusal('exec.name-invalid', /not the uid/));
    await assert.rejects(logs.remove(runUid), refusal('exec.name-invalid', /not the uid/));
  }
  const steps = ['..', '../../x', '/', '', 'a/b', 'a-b', 'ä', 'x'.repeat(10_000)];
  for (const step of steps) await (await logs.open('run-1', step, 1)).end({});
  assert.deepEqual((await logs.list('run-1')).map(({ step }) => step).sort(), steps.toSorted());
  assert.equal(readdirSync(join(directory, 'logs', 'run-1')).length, steps.length);
  assert.deepEqual(readdirSync(directory), ['logs']);
});

test('a log that cannot be written or read says so', async (t) => {
  const directory = temporary(t);
  writeFileSync(join(directory, 'file'), '');
  const blocked = new RunLogs(join(directory, 'file'), systemClock);
  await assert.rejects(blocked.open('run-1', 'build', 1), refusal('exec.log-unwritable', /ENOTDIR|EEXIST/));
  await assert.rejects(blocked.open('run-1', 'build', 1), refusal('exec.log-unwritable', /"build"/));
  await assert.rejects(collect(blocked), refusal('exec.log-unreadable', /ENOTDIR/));
  const logs = new RunLogs(directory, systemClock);
  await (await logs.open('run-1', 'build', 1)).end({});
  const [step = ''] = readdirSync(join(directory, 'run-1'));
  mkdirSync(join(directory, 'run-1', step, '0000000000009999.jsonl'));
  await assert.rejects(collect(logs, { offset: 9_999 }), refusal('exec.log-unreadable', /EISDIR/));
});
