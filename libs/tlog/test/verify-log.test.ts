import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  edgeTiles,
  expectedPaths,
  type LogDifference,
  type LogVerification,
  leafHash,
  proveConsistency,
  proveInclusion,
  signCheckpoint,
  TileUnreadable,
  tilePath,
  tilesOf,
  verifyConsistency,
  verifyInclusion,
  verifyLog,
} from '../src/index.ts';
import { DumbTree } from './dumb-tree.ts';
import { keyPair, logOfSizes, type MemoryLog, ORIGIN, someEntries, valueOf } from './memory-log.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Verifies a log with all the files that it has. */
async function verdictOf(log: MemoryLog, more: Partial<LogVerification> = {}) {
  return await verifyLog({
    read: log.read,
    verifiers: [log.keys.verifier],
    present: log.files.keys(),
    ...more,
  });
}

async function differenceOf(log: MemoryLog, more: Partial<LogVerification> = {}): Promise<LogDifference> {
  const verdict = await verdictOf(log, more);
  assert.ok(!verdict.ok, 'a difference must be found');
  return verdict.difference;
}

/** Puts another checkpoint on the log, signed with its own key unless told otherwise. */
function sign(
  log: MemoryLog,
  change: { size?: number; root?: Uint8Array; origin?: string },
  key = log.keys,
): void {
  const last = log.checkpoints.at(-1);
  assert.ok(last);
  log.files.set('checkpoint', Buffer.from(valueOf(signCheckpoint({ ...last, ...change }, [key.signer]))));
}

test('logs of all sizes 0 to 600 and around 65,536 are whole, each file read once', async () => {
  for (const size of [...Array.from({ length: 601 }, (_, at) => at), 65_535, 65_536, 65_537, 66_100]) {
    if (size > 20 && size < 600 && size % 16 !== 0 && (size + 1) % 256 > 2) continue;
    const log = logOfSizes(size);
    const reads: string[] = [];
    const verdict = await verdictOf(log, {
      read: (path) => {
        reads.push(path);
        return log.read(path);
      },
    });
    assert.ok(verdict.ok, JSON.stringify(verdict));
    assert.equal(verdict.checkpoint.size, size);
    assert.deepEqual(verdict.surplus, []);
    assert.deepEqual(reads.sort(), [...expectedPaths(size)].sort());
  }
});

test('a log goes on from each of its earlier checkpoints', async () => {
  const log = logOfSizes(1, 2, 200, 256, 300, 511, 513, 1000);
  for (const previousCheckpoint of log.checkpoints) {
    const verdict = await verdictOf(log, { previousCheckpoint });
    assert.ok(verdict.ok, JSON.stringify(verdict));
  }
});

test('a rewritten history is found by who saw the log before', async () => {
  const log = logOfSizes(100, 300);
  const previousCheckpoint = log.checkpoints[1];
  const other = logOfSizes(0);
  other.append([Buffer.from('another history'), ...someEntries(299, 1)]);
  assert.ok((await verdictOf(other)).ok, 'by itself it is whole');
  const rewritten = await differenceOf(other, { previousCheckpoint });
  assert.equal(rewritten.kind, 'consistency');
  assert.match(rewritten.message, /the earlier checkpoint of size 100 .*: history was rewritten/);
  const shorter = await differenceOf(logOfSizes(99), { previousCheckpoint });
  assert.match(shorter.message, /the log has 99 entries, but had 100 before/);
  const same = logOfSizes(0);
  same.append([...someEntries(99), Buffer.from('another last one')]);
  assert.equal((await differenceOf(same, { previousCheckpoint })).kind, 'consistency');
  const notEmpty = { origin: ORIGIN, size: 0, root: Buffer.alloc(32), extensions: [] };
  assert.equal((await differenceOf(log, { previousCheckpoint: notEmpty })).kind, 'consistency');
  const foreign = await differenceOf(log, {
    previousCheckpoint: { ...log.checkpoints[1], origin: 'x' } as never,
  });
  assert.match(foreign.message, /of another log, x/);
});

test('only a checkpoint of this log by a trusted key counts', async () => {
  const log = logOfSizes(3);
  const stranger = keyPair(ORIGIN, 8);
  assert.match((await differenceOf(log, { verifiers: [stranger.verifier] })).message, /by no trusted key/);
  assert.match((await differenceOf(log, { verifiers: [] })).message, /none is given/);
  sign(log, {}, stranger);
  assert.match((await differenceOf(log)).message, /by no trusted key/);
  sign(log, { origin: 'log.example/another' });
  assert.match(
    (await differenceOf(log)).message,
    /line 1: the origin is "log\.example\/another", expected log\.example\/audit/,
  );
  assert.ok((await verdictOf(log, { origin: 'log.example/another' })).ok, 'unless it is named');
  log.files.set('checkpoint', Buffer.from('neither\n\n— a note\n'));
  assert.match((await differenceOf(log)).message, /^checkpoint, line 3: note: /);
  log.files.delete('checkpoint');
  assert.equal((await differenceOf(log)).kind, 'missing');
});

test('a signed root of other entries is told with all three roots', async () => {
  for (const size of [1, 300, 512]) {
    const log = logOfSizes(size);
    sign(log, { root: leafHash(Buffer.from('?')) });
    const difference = await differenceOf(log);
    assert.equal(difference.kind, 'root');
    const tree = new DumbTree(someEntries(size));
    assert.equal(difference.message.split(tree.mth(0, size).toString('hex')).length, 3, difference.message);
  }
});

test('an entry that was replaced together with all tiles above it does not match the signature', async () => {
  const log = logOfSizes(600);
  const forged = logOfSizes(0);
  const entries = someEntries(600);
  entries[300] = Buffer.from('I was never here');
  forged.append(entries);
  forged.files.set('checkpoint', log.files.get('checkpoint') ?? Buffer.alloc(0));
  const difference = await differenceOf(forged);
  assert.equal(difference.kind, 'root');
});

test('the entry and the file are named', async () => {
  const log = logOfSizes(66_000);
  const swap = async (
    path: string,
    change: (bytes: Uint8Array) => Uint8Array | undefined,
  ): Promise<LogDifference> => {
    const bytes = log.files.get(path);
    assert.ok(bytes, path);
    const changed = change(bytes);
    if (changed === undefined) log.files.delete(path);
    else log.files.set(path, changed);
    const difference = await differenceOf(log, { present: undefined });
    log.files.set(path, bytes);
    assert.equal(difference.path, path);
    return difference;
  };
  const flip = (at: number) => (bytes: Uint8Array) =>
    bytes.map((byte, position) => (position === at ? byte ^ 1 : byte));
  const gone = (): undefined => undefined;
  assert.deepEqual(await swap('tile/0/200', flip(33)), {
    kind: 'tile',
    path: 'tile/0/200',
    entryIndex: 51_201,
    message: 'tile/0/200: hash 1 is not that of entry 51201',
  });
  assert.equal(
    (await swap('tile/1/000', flip(32 * 70))).message,
    'tile/1/000: hash 70 is not that of the entries from 17920 on',
  );
  assert.equal(
    (await swap('tile/2/000.p/1', flip(0))).message,
    'tile/2/000.p/1: hash 0 is not that of the entries from 0 on',
  );
  assert.equal(
    (await swap('tile/0/257.p/208', flip(32 * 207))).message,
    'tile/0/257.p/208: hash 207 is not that of entry 65999',
  );
  assert.deepEqual(await swap('tile/entries/100', flip(2)), {
    kind: 'entry',
    path: 'tile/entries/100',
    entryIndex: 25_600,
    message: 'tile/entries/100: entry 25600 is not the one that was logged',
  });
  assert.match(
    (await swap('tile/entries/100', (bytes) => bytes.subarray(0, -1))).message,
    /entry 25855: .* ends at byte/,
  );
  assert.match(
    (await swap('tile/entries/100', (bytes) => Buffer.concat([bytes, Buffer.alloc(2)]))).message,
    /2 bytes after its 256 entries, expected none/,
  );
  assert.match((await swap('tile/0/200', (bytes) => bytes.subarray(1))).message, /8191 bytes, expected 8192/);
  assert.match((await swap('tile/entries/100', gone)).message, /the file is missing/);
  assert.equal((await swap('tile/0/255', gone)).entryIndex, 65_280);
  assert.equal((await swap('tile/entries/257.p/208', gone)).kind, 'missing');
});

test('where entry and tile agree with each other but not with the root, the tile is told', async () => {
  const log = logOfSizes(1000);
  const forged = logOfSizes(0);
  const entries = someEntries(1000);
  entries[300] = Buffer.from('I was never here');
  forged.append(entries);
  for (const path of ['tile/0/001', 'tile/entries/001'])
    log.files.set(path, forged.files.get(path) ?? Buffer.alloc(0));
  assert.deepEqual(await differenceOf(log), {
    kind: 'tile',
    path: 'tile/0/001',
    entryIndex: 256,
    message: 'tile/0/001: its hashes do not lead to the root, and neither does what stands below them',
  });
});

test('partial tiles of earlier sizes are checked, and what does not belong to the log is told', async () => {
  const log = logOfSizes(3, 200, 256, 300, 600);
  const superseded = [...log.files.keys()].filter((path) => ![...expectedPaths(600)].includes(path));
  assert.deepEqual(superseded.sort(), [
    'tile/0/000.p/200',
    'tile/0/000.p/3',
    'tile/0/001.p/44',
    'tile/1/000.p/1',
    'tile/entries/000.p/200',
    'tile/entries/000.p/3',
    'tile/entries/001.p/44',
  ]);
  for (const path of superseded) {
    const bytes = log.files.get(path) ?? Buffer.alloc(0);
    for (const changed of [
      bytes.with(bytes.length - 1, (bytes.at(-1) ?? 0) ^ 1),
      bytes.subarray(1),
      Buffer.concat([bytes, Buffer.of(1)]),
    ]) {
      log.files.set(path, changed);
      const difference = await differenceOf(log);
      assert.deepEqual([difference.kind, difference.path], ['superseded', path]);
    }
    log.files.set(path, bytes);
  }
  const present = [
    ...log.files.keys(),
    'tile/0/003',
    'tile/0/002.p/89',
    'tile/3/000',
    'README',
    'tile/0/000.p/77',
  ];
  const verdict = await verdictOf(log, { present });
  assert.ok(verdict.ok, 'a superseded tile may be deleted at any time');
  assert.deepEqual(verdict.surplus, ['tile/0/003', 'tile/0/002.p/89', 'tile/3/000', 'README']);
});

test('a checkpoint of a log that has grown since is verified with the full tiles', async () => {
  const log = logOfSizes(300);
  const note = log.files.get('checkpoint') ?? Buffer.alloc(0);
  const partial = [...tilesOf(300)].filter(({ width, level }) => width < 256 && level !== 1);
  log.append(someEntries(300, 300));
  log.files.set('checkpoint', note);
  for (const tile of partial) log.files.delete(tilePath(tile));
  const verdict = await verdictOf(log);
  assert.ok(verdict.ok, JSON.stringify(verdict));
  assert.equal(verdict.checkpoint.size, 300);
  assert.ok(verdict.surplus.includes('tile/0/001'), 'what goes on beyond the checkpoint is not covered');
  const full = log.files.get('tile/0/001') ?? Buffer.alloc(0);
  log.files.set('tile/0/001', full.with(5, (full[5] ?? 0) ^ 1));
  assert.equal((await differenceOf(log)).path, 'tile/0/001');
});

test('what the reader throws passes through', async () => {
  const log = logOfSizes(600);
  for (const broken of expectedPaths(600)) {
    const failure = new Error(`disk fault at ${broken}`);
    const read = (path: string) => (path === broken ? Promise.reject(failure) : log.read(path));
    await assert.rejects(verdictOf(log, { read }), failure);
  }
});

test('proofs from tiles hold against the signed root', async () => {
  for (const size of [1, 2, 255, 256, 257, 600, 66_000]) {
    const log = logOfSizes(size);
    const entries = someEntries(size);
    const tree = new DumbTree(entries);
    const root = log.checkpoints.at(-1)?.root ?? Buffer.alloc(0);
    for (const index of new Set([0, 1, 100, 255, 256, 300, 65_535, 65_536, size - 1])) {
      if (index >= size) continue;
      const proof = await proveInclusion(log.read, index, size);
      assert.deepEqual(proof.map(hex), tree.path(index, 0, size).map(hex));
      const leaf = leafHash(entries[index] ?? Buffer.alloc(0));
      assert.deepEqual(verifyInclusion({ index, size, leaf, root }, proof), { ok: true });
      const earlier = { size: index + 1, root: tree.mth(0, index + 1) };
      const consistency = await proveConsistency(log.read, earlier.size, size);
      assert.deepEqual(verifyConsistency(earlier, { size, root }, consistency), { ok: true });
    }
  }
});

test('a proof reads each tile once and says which file it lacks', async () => {
  const log = logOfSizes(66_000);
  const reads: string[] = [];
  const read = (path: string) => {
    reads.push(path);
    return log.read(path);
  };
  await proveInclusion(read, 40_000, 66_000);
  assert.equal(new Set(reads).size, reads.length, reads.join(' '));
  assert.ok(reads.length <= 2 + edgeTiles(66_000).length, reads.join(' '));
  log.files.delete('tile/0/156');
  await assert.rejects(
    proveInclusion(log.read, 40_000, 66_000),
    (error) =>
      error instanceof TileUnreadable && error.path === 'tile/0/156' && /missing/.test(error.message),
  );
  log.files.set('tile/0/156', new Uint8Array(8191));
  await assert.rejects(proveInclusion(log.read, 40_000, 66_000), /tile\/0\/156: 8191 bytes, expected 8192/);
});
