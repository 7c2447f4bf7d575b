/** Random histories against a model that is too dumb to be wrong: the list of all changes, replayed for every answer. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { type Store, StoreError, type StoreEvent, type StoreOperation, type Watcher } from '../port.ts';
import { openSqliteStore } from '../sqlite-store.ts';
import { refused } from './operations.ts';
import { Places } from './places.ts';

const places = new Places();
after(() => places.remove());

const buckets = ['t/core/pods/', 't/apps/sets/'];
const keys = buckets.flatMap((bucket) => ['n/a', 'n/b', 'm/a', '/a'].map((rest) => bucket + rest));
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
const command = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('commit'),
      batches: fc.array(anyBatch, { minLength: 1, maxLength: 6 }),
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
  readonly #place: string;
  #store: Store;
  #readers: Reader[] = [];

  private constructor(place: string, store: Store) {
    this.#place = place;
    this.#store = store;
  }

  static async start(): Promise<Run> {
    const place = places.make();
    return new Run(place, await openSqliteStore({ directory: place }));
  }

  async execute(command: Command): Promise<void> {
    if ('batches' in command) return this.#commit(command.batches);
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
    await this.#store.close();
  }

  async #commit(
    batches: readonly (readonly { type: string; key: string; expect: string }[])[],
  ): Promise<void> {
    const built = batches.map((batch) => batch.map((operation) => this.#operation(operation)));
    const outcomes = await Promise.allSettled(built.map((operations) => this.#store.commit(operations)));
    const done: { first: number; operations: StoreOperation[]; changes: Change[] }[] = [];
    for (const [i, outcome] of outcomes.entries()) {
      const operations = built[i] ?? [];
      if (outcome.status === 'rejected') {
        assert.ok(
          outcome.reason instanceof StoreError && outcome.reason.code === 'conflict',
          String(outcome.reason),
        );
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
    }
    assert.equal(this.#store.revision, this.#model.revision);
    // Alone, a batch fails exactly when its expectations do not hold.
    if (built.length === 1 && done.length === 0) {
      const state = this.#model.state();
      const holds = (built[0] ?? []).every(({ type, key, expect }) => {
        const actual = state.get(key)?.revision ?? 0;
        return (expect === undefined || expect === actual) && (type !== 'delete' || actual > 0);
      });
      const writes = (built[0] ?? []).some(({ type }) => type !== 'check');
      assert.equal(holds && writes, false, 'a batch whose expectations hold was refused');
    }
  }

  #operation({ type, key, expect }: { type: string; key: string; expect: string }): StoreOperation {
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
    this.#store = await openSqliteStore({ directory: this.#place });
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

test('lists, watches and conflicts are those of a replayed list of changes', async () => {
  const runs = Number(process.env['PLINTH_MODEL_RUNS'] ?? 25);
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 5, maxLength: 60, size: 'max' }), async (commands) => {
      const run = await Run.start();
      for (const next of commands) await run.execute(next);
      await run.finish();
    }),
    { numRuns: runs },
  );
});
