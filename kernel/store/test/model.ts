/** Random histories against a model that is too dumb to be wrong: the list of all changes, replayed for every answer. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import fc from 'fast-check';
import {
  type KeyOperation,
  type Store,
  type StoreBound,
  StoreError,
  type StoreEvent,
  type StoreUsage,
  type Watcher,
} from '../port.ts';
import { refused } from './operations.ts';
import type { StoreHarness } from './suite.ts';

const buckets = ['t/core/pods/', 't/apps/sets/'];
const keys = buckets.flatMap((bucket) => ['n/a', 'n/b', 'm/a', '/a'].map((rest) => bucket + rest));
/** What usage is asked of, and bounds are set for. */
const measured = ['t/', ...buckets];
const prefixes = [...buckets, `${buckets[0]}n/`, `${buckets[0]}/`, `${buckets[1]}m/`];

interface Change {
  type: 'put' | 'delete';
  key: string;
  value: string;
  revision: number;
}

/** The model: what is committed, and nothing else. */
class Model {
  readonly changes: Change[] = [];
  compacted = 0;

  get revision(): number {
    return this.changes.at(-1)?.revision ?? 0;
  }

  state(revision = this.revision): Map<string, Change> {
    const state = new Map<string, Change>();
    for (const change of this.changes) {
      if (change.revision > revision) break;
      if (change.type === 'put') state.set(change.key, change);
      else state.delete(change.key);
    }
    return state;
  }

  list(prefix: string, revision: number, from?: string): string[] {
    return [...this.state(revision).values()]
      .filter(({ key }) => key.startsWith(prefix) && (from === undefined || key > from))
      .sort((a, b) => (a.key < b.key ? -1 : 1))
      .map(show);
  }

  usage(prefix: string, revision = this.revision): StoreUsage {
    const below = [...this.state(revision).values()].filter(({ key }) => key.startsWith(prefix));
    return { objects: below.length, bytes: below.reduce((sum, { value }) => sum + value.length, 0) };
  }

  events(prefix: string, from: number): string[] {
    return this.changes
      .filter(({ key, revision }) => key.startsWith(prefix) && revision > from)
      .map((change) => {
        const previous = this.state(change.revision - 1).get(change.key);
        const type = change.type === 'delete' ? 'deleted' : previous === undefined ? 'added' : 'modified';
        return `${type} ${show(change)} was ${previous === undefined ? 'absent' : show(previous)}`;
      });
  }
}

function show(object: { key: string; value: string; revision: number }): string {
  return `${object.key}@${object.revision}=${object.value}`;
}

function showEvent({ type, object, previous }: StoreEvent): string {
  return `${type} ${show(object)} was ${previous === undefined ? 'absent' : show(previous)}`;
}

function isExceeded(error: unknown): boolean {
  return error instanceof StoreError && error.code === 'exceeded';
}

const anyKey = fc.constantFrom(...keys);
const anyPrefix = fc.constantFrom(...prefixes);
/** What an operation expects, to be made a revision when it runs: nothing, absence, the present state, or nonsense. */
const anyExpect = fc.constantFrom('any', 'absent', 'present', 'wrong');
const anyOperation = fc.record({
  type: fc.constantFrom('put', 'put', 'put', 'delete', 'check'),
  key: anyKey,
  expect: anyExpect,
});
const anyBatch = fc.uniqueArray(anyOperation, { minLength: 1, maxLength: 3, selector: ({ key }) => key });
/** What all batches of a commit must keep: so much more than there is now, or a little less. */
const anyBound = fc.record({
  prefix: fc.constantFrom(...measured),
  measure: fc.constantFrom<keyof StoreUsage>('objects', 'bytes'),
  room: fc.integer({ min: -2, max: 4 }),
});
const command = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('commit'),
      batches: fc.array(anyBatch, { minLength: 1, maxLength: 6 }),
      bound: fc.option(anyBound),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('list'),
      prefix: anyPrefix,
      back: fc.nat(12),
      from: fc.option(anyKey),
      limit: fc.integer({ min: 1, max: 5 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('watch'), prefix: anyPrefix, back: fc.nat(12) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('read'),
      watcher: fc.nat(9),
      max: fc.integer({ min: 1, max: 9 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('compact'), back: fc.nat(12) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reopen') }) },
);
type Command = typeof command extends fc.Arbitrary<infer C> ? C : never;

interface Reader {
  watcher: Watcher;
  prefix: string;
  from: number;
  got: string[];
}

class Run {
  readonly #model = new Model();
  readonly #harness: StoreHarness;
  readonly #place: string;
  #store: Store;
  #readers: Reader[] = [];

  private constructor(harness: StoreHarness, place: string, store: Store) {
    this.#harness = harness;
    this.#place = place;
    this.#store = store;
  }

  static async start(harness: StoreHarness): Promise<Run> {
    const place = await harness.place();
    return new Run(harness, place, await harness.open(place));
  }

  async execute(command: Command): Promise<void> {
    if ('batches' in command) return this.#commit(command.batches, command.bound);
    if ('from' in command) return this.#list(command);
    if ('prefix' in command) return this.#watch(command);
    if ('watcher' in command) return this.#read(command.watcher, command.max);
    if ('back' in command) return this.#compact(command.back);
    return this.#reopen();
  }

  async finish(): Promise<void> {
    for (const [i] of this.#readers.entries()) {
      await this.#read(i, 1_000);
      await this.#read(i, 1_000);
    }
    for (const prefix of prefixes) this.#compareList(prefix, this.#model.revision);
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  async #commit(
    batches: readonly (readonly { type: string; key: string; expect: string }[])[],
    asked: { prefix: string; measure: keyof StoreUsage; room: number } | null,
  ): Promise<void> {
    const built = batches.map((batch) => batch.map((operation) => this.#operation(operation)));
    const bounds = asked === null ? [] : [this.#bound(asked)];
    const outcomes = await Promise.allSettled(
      built.map((operations) => this.#store.commit([...operations, ...bounds])),
    );
    const exceeded = outcomes.some((one) => one.status === 'rejected' && isExceeded(one.reason));
    const done: { first: number; operations: KeyOperation[]; changes: Change[] }[] = [];
    for (const [i, outcome] of outcomes.entries()) {
      const operations = built[i] ?? [];
      if (outcome.status === 'rejected') {
        const isConflict = outcome.reason instanceof StoreError && outcome.reason.code === 'conflict';
        assert.ok(isConflict || isExceeded(outcome.reason), String(outcome.reason));
        continue;
      }
      const changing = operations.filter(({ type }) => type !== 'check');
      const changes = outcome.value.map(
        (object, k) => ({ ...object, type: changing[k]?.type === 'delete' ? 'delete' : 'put' }) as const,
      );
      assert.deepEqual(
        changes.map(({ key }) => key),
        changing.map(({ key }) => key),
      );
      const first = changes[0]?.revision;
      if (first !== undefined) done.push({ first, operations, changes });
    }
    done.sort((a, b) => a.first - b.first);
    for (const { first, operations, changes } of done) {
      const before = this.#model.state();
      for (const { key, expect, type } of operations) {
        const actual = before.get(key)?.revision ?? 0;
        if (expect !== undefined)
          assert.equal(actual, expect, `${key} was not as expected when it was committed`);
        if (type === 'delete') assert.notEqual(actual, 0);
      }
      for (const [k, change] of changes.entries()) {
        assert.equal(change.revision, first + k, 'a batch has revisions in a row');
        assert.equal(change.revision, this.#model.revision + 1, 'revisions have no gap and no repetition');
        assert.equal(change.value, `"${change.revision}"`);
        this.#model.changes.push(change);
      }
      for (const bound of bounds) this.#checkBound(bound, first - 1);
    }
    for (const prefix of measured) assert.deepEqual(this.#store.usage(prefix), this.#model.usage(prefix));
    assert.equal(this.#store.revision, this.#model.revision);
    // Alone, a batch fails exactly when its expectations do not hold.
    if (built.length === 1 && done.length === 0 && !exceeded) {
      const state = this.#model.state();
      const holds = (built[0] ?? []).every(({ type, key, expect }) => {
        const actual = state.get(key)?.revision ?? 0;
        return (expect === undefined || expect === actual) && (type !== 'delete' || actual > 0);
      });
      const writes = (built[0] ?? []).some(({ type }) => type !== 'check');
      assert.equal(holds && writes, false, 'a batch whose expectations hold was refused');
    }
  }

  #bound({ prefix, measure, room }: { prefix: string; measure: keyof StoreUsage; room: number }): StoreBound {
    const limit = Math.max(0, this.#model.usage(prefix)[measure] + room);
    return { type: 'bound', prefix, [measure]: limit };
  }

  /** What was just committed keeps the bound, or adds nothing to what was there before. */
  #checkBound({ prefix, objects, bytes }: StoreBound, before: number): void {
    const then = this.#model.usage(prefix, before);
    const now = this.#model.usage(prefix);
    if (objects !== undefined) assert.ok(now.objects <= objects || now.objects <= then.objects, 'objects');
    if (bytes !== undefined) assert.ok(now.bytes <= bytes || now.bytes <= then.bytes, 'bytes');
  }

  #operation({ type, key, expect }: { type: string; key: string; expect: string }): KeyOperation {
    const actual = this.#store.get(key)?.revision ?? 0;
    const revisions: Record<string, number> = { absent: 0, present: actual, wrong: actual + 1 };
    const revision = revisions[expect];
    const value = (made: number): string => `"${made}"`;
    if (type === 'check') return { type, key, expect: revision ?? actual };
    const change = type === 'delete' ? 'delete' : 'put';
    return revision === undefined
      ? { type: change, key, value }
      : { type: change, key, expect: revision, value };
  }

  async #list({
    prefix,
    back,
    from,
    limit,
  }: {
    prefix: string;
    back: number;
    from: string | null;
    limit: number;
  }): Promise<void> {
    const atRevision = this.#model.revision - back;
    if (atRevision < this.#model.compacted) {
      await refused('compacted', () => this.#store.list(prefix, { atRevision }));
      return;
    }
    this.#compareList(prefix, atRevision);
    const expected = this.#model.list(prefix, atRevision, from ?? undefined);
    const page = this.#store.list(prefix, { atRevision, limit, ...(from === null ? {} : { after: from }) });
    assert.deepEqual(page.objects.map(show), expected.slice(0, limit));
    assert.equal(page.remaining ?? 0, Math.max(0, expected.length - limit));
    assert.equal(page.revision, atRevision);
  }

  #compareList(prefix: string, revision: number): void {
    const options = revision === this.#model.revision ? {} : { atRevision: revision };
    assert.deepEqual(this.#store.list(prefix, options).objects.map(show), this.#model.list(prefix, revision));
    if (revision === this.#model.revision) {
      assert.equal(this.#store.count(prefix), this.#model.list(prefix, revision).length);
    }
  }

  async #watch({ prefix, back }: { prefix: string; back: number }): Promise<void> {
    const from = this.#model.revision - back;
    if (from < this.#model.compacted) {
      await refused('compacted', () => this.#store.watch(prefix, from, () => {}));
      return;
    }
    this.#readers.push({ watcher: this.#store.watch(prefix, from, () => {}), prefix, from, got: [] });
  }

  async #read(which: number, max: number): Promise<void> {
    const reader = this.#readers[which % Math.max(1, this.#readers.length)];
    if (reader === undefined) return;
    const expected = this.#model.events(reader.prefix, reader.from);
    const before = reader.watcher.revision;
    try {
      for (const event of reader.watcher.read(max)) reader.got.push(showEvent(event));
    } catch (error) {
      assert.ok(error instanceof StoreError && error.code === 'compacted', String(error));
      assert.ok(
        reader.watcher.revision < this.#model.compacted,
        'it was told so although it had read all that is gone',
      );
      this.#readers = this.#readers.filter((other) => other !== reader);
      return;
    }
    assert.ok(reader.watcher.revision >= before, 'the revision of a watcher went back');
    assert.deepEqual(reader.got, expected.slice(0, reader.got.length));
    const unread = this.#model.events(reader.prefix, reader.watcher.revision).length;
    assert.equal(reader.got.length + unread, expected.length, 'its revision tells what it has read');
  }

  async #compact(back: number): Promise<void> {
    const revision = Math.max(0, this.#model.revision - back);
    await this.#store.compact(revision);
    this.#model.compacted = Math.max(this.#model.compacted, revision);
    assert.equal(this.#store.compactedRevision, this.#model.compacted);
  }

  async #reopen(): Promise<void> {
    await this.#store.close();
    this.#store = await this.#harness.open(this.#place);
    assert.equal(this.#store.revision, this.#model.revision);
    assert.equal(this.#store.compactedRevision, this.#model.compacted);
    const resumed: Reader[] = [];
    for (const { watcher, prefix } of this.#readers) {
      const from = watcher.revision;
      if (from < this.#model.compacted)
        await refused('compacted', () => this.#store.watch(prefix, from, () => {}));
      else resumed.push({ watcher: this.#store.watch(prefix, from, () => {}), prefix, from, got: [] });
    }
    this.#readers = resumed;
  }
}

/** The laws of the port against the model, for any engine. */
export function describeModel(name: string, harness: StoreHarness, runs: number): void {
  describe(`${name}: random histories`, () => {
    after(() => harness.cleanup());
    test('lists, watches and conflicts are those of a replayed list of changes', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(command, { minLength: 5, maxLength: 60, size: 'max' }),
          async (commands) => {
            const run = await Run.start(harness);
            try {
              for (const next of commands) await run.execute(next);
              await run.finish();
            } finally {
              await run.close();
            }
          },
        ),
        { numRuns: runs },
      );
    });
  });
}
