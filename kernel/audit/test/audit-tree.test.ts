import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openCheckpoint, parseVerifierKey, tilesOf, verifyLog } from '@plinth/tlog';
import { systemClock } from '../../ports/clock.ts';
import { systemRandom } from '../../ports/random.ts';
import type { Store } from '../../store/port.ts';
import { type LabPlace, makeLastingPlace } from '../../store/test/lab-store.ts';
import { AuditTree } from '../audit-tree.ts';
import { openSigningKey } from '../signing-key.ts';

const log = 'default/audit';
const directories: string[] = [];
after(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

/** Where a log and its tree are. */
interface Place {
  readonly log: LabPlace;
  readonly audit: string;
}

async function makePlace(): Promise<Place> {
  const directory = mkdtempSync(join(tmpdir(), 'plinth-audit-'));
  directories.push(directory);
  return { log: await makeLastingPlace(), audit: join(directory, 'audit') };
}

interface Opened {
  readonly store: Store;
  readonly tree: AuditTree;
  readonly faults: unknown[];
  readonly close: () => Promise<void>;
}

async function open({ log: at, audit }: Place): Promise<Opened> {
  const store = await at.open();
  const faults: unknown[] = [];
  const tree = await AuditTree.open({
    logs: store.logs,
    log,
    directory: audit,
    signer: openSigningKey(audit, 'default', systemRandom),
    clock: systemClock,
    onFault: (_what, error) => faults.push(error),
  });
  return {
    store,
    tree,
    faults,
    async close() {
      await tree.close();
      await store.close();
    },
  };
}

async function append(store: Store, from: number, count: number): Promise<void> {
  const entries = Array.from({ length: count }, (_, i) => ({
    log,
    entry: () => ({ value: `entry ${from + i}` }),
  }));
  for (let at = 0; at < count; at += 500) await store.commit([], entries.slice(at, at + 500));
}

async function verified(tree: AuditTree): Promise<number> {
  const verifier = parseVerifierKey(tree.verifierKey);
  assert.ok(verifier.ok);
  const verdict = await verifyLog({ read: (path) => tree.read(path), verifiers: [verifier.value] });
  assert.ok(verdict.ok, verdict.ok ? '' : verdict.difference.message);
  return verdict.checkpoint.size;
}

test('an empty log has a checkpoint; what is entered is signed, and all its files are there', async () => {
  const { store, tree, faults, close } = await open(await makePlace());
  await within(() => tree.read('checkpoint'));
  assert.equal(await verified(tree), 0);
  for (const size of [1, 255, 256, 257, 1_000]) {
    await append(store, tree.size, size - tree.size);
    await tree.settled();
    assert.equal(await verified(tree), size);
  }
  assert.equal(await tree.read('tile/0/000.p/200').then((bytes) => bytes?.byteLength), 200 * 32);
  assert.equal(await tree.read('tile/0/003.p/255'), undefined, 'a tile that the log does not have yet');
  assert.equal(await tree.read('../../store/store.db'), undefined);
  await close();
  assert.deepEqual(faults, []);
});

test('a tree goes on after a restart, with entries that came while nobody looked', async () => {
  const place = await makePlace();
  const first = await open(place);
  await append(first.store, 0, 700);
  await first.tree.settled();
  const key = first.tree.verifierKey;
  await first.close();
  const alone = await place.log.open();
  await append(alone, 700, 5_000);
  await alone.close();
  const second = await open(place);
  await second.tree.settled();
  assert.equal(second.tree.verifierKey, key);
  assert.equal(await verified(second.tree), 5_700);
  await second.close();
});

test('files that are lost or damaged are made again from the entries', async () => {
  const place = await makePlace();
  const first = await open(place);
  await append(first.store, 0, 70_000);
  await first.tree.settled();
  await first.close();
  const { audit } = place;
  rmSync(join(audit, 'tile'), { recursive: true });
  mkdirSync(join(audit, 'tile', '0'), { recursive: true });
  writeFileSync(join(audit, 'tile', '0', '000'), 'half');
  const second = await open(place);
  assert.equal(await verified(second.tree), 70_000);
  await second.close();
  const head = join(audit, 'head.json');
  const { note } = JSON.parse(readFileSync(head, 'utf8'));
  writeFileSync(head, JSON.stringify({ note, partials: ['AAAA'] }));
  const third = await open(place);
  assert.equal(await verified(third.tree), 70_000);
  assert.deepEqual(third.faults, []);
  await third.close();
});

test('without its key a log goes on under another name, over the same entries', async () => {
  const place = await makePlace();
  const first = await open(place);
  await append(first.store, 0, 300);
  await first.tree.settled();
  const key = first.tree.verifierKey;
  await first.close();
  rmSync(join(place.audit, 'signing-key'));
  const second = await open(place);
  await second.tree.settled();
  assert.notEqual(second.tree.verifierKey, key);
  assert.equal(await verified(second.tree), 300);
  await second.close();
});

test('nothing is signed over a log that has lost entries', async () => {
  const place = await makePlace();
  const first = await open(place);
  await append(first.store, 0, 300);
  await first.tree.settled();
  await first.close();
  const second = await open({ ...place, log: await makeLastingPlace() });
  await append(second.store, 0, 400);
  assert.match(second.tree.problem ?? '', /holds 0 entries, but a checkpoint over 300 was signed.*backup/s);
  await second.tree.settled();
  assert.equal(await second.tree.read('checkpoint'), undefined);
  await second.close();
});

test('nothing is signed over entries that are not those that were signed', async () => {
  const place = await makePlace();
  const first = await open(place);
  await append(first.store, 0, 300);
  await first.tree.settled();
  await first.close();
  const changed = { ...place, log: await makeLastingPlace() };
  const other = await changed.log.open();
  await append(other, 1, 300);
  await other.close();
  // The edge is gone with a crash, so that the tree is made again and the difference shows.
  const head = join(place.audit, 'head.json');
  const { note } = JSON.parse(readFileSync(head, 'utf8'));
  writeFileSync(head, JSON.stringify({ note, partials: [] }));
  const second = await open(changed);
  assert.match(second.tree.problem ?? '', /first 300 entries .* not those that were signed/);
  await second.close();
});

test('checkpoints follow entries without being asked, and a disk that fails holds up nobody', async () => {
  const place = await makePlace();
  const { store, tree, faults, close } = await open(place);
  await append(store, 0, 10);
  await within(async () => (tree.size === 10 ? true : undefined));
  const { audit } = place;
  const signed = await tree.read('checkpoint');
  rmSync(join(audit, 'head.json'));
  mkdirSync(join(audit, 'head.json', 'in-the-way'), { recursive: true });
  await append(store, 10, 10);
  await within(async () => (faults.length > 0 ? true : undefined));
  assert.deepEqual(await tree.read('checkpoint'), signed, 'what is not stored is not given out');
  rmSync(join(audit, 'head.json'), { recursive: true });
  await within(async () => (tree.size === 20 ? true : undefined));
  assert.equal(await verified(tree), 20);
  await close();
  assert.deepEqual(
    readdirSync(audit).filter((name) => name.endsWith('.tmp')),
    [],
  );
});

test('each checkpoint that is ever given out is consistent with those before', async () => {
  const { store, tree, close } = await open(await makePlace());
  const verifier = parseVerifierKey(tree.verifierKey);
  assert.ok(verifier.ok);
  const seen: Buffer[] = [];
  for (let round = 0; round < 20; round++) {
    await append(store, tree.size, 1 + ((round * 53) % 400));
    await tree.settled();
    seen.push((await tree.read('checkpoint')) ?? Buffer.alloc(0));
  }
  for (const note of seen) {
    const previous = openCheckpoint(note, [verifier.value]);
    assert.ok(previous.ok);
    const verdict = await verifyLog({
      read: (path) => tree.read(path),
      verifiers: [verifier.value],
      previousCheckpoint: previous.value.checkpoint,
    });
    assert.ok(verdict.ok, verdict.ok ? '' : verdict.difference.message);
  }
  assert.ok([...tilesOf(tree.size)].length > 10);
  await close();
});

/** Waits until there is something. */
async function within<T>(look: () => Promise<T | undefined>): Promise<T> {
  const end = performance.now() + 10_000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    assert.ok(performance.now() < end, 'it did not happen within 10 s');
    await new Promise((resolve) => setImmediate(resolve));
  }
}
