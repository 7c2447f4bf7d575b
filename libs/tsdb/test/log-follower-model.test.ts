import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Database, type LogPosition, writeCursor } from '../src/index.ts';
import { openDatabase, refOf, TemporaryDirectory, valueAsText } from './database-fixture.ts';
import { FollowedLog, logFiles } from './log-fixture.ts';

const limits = { windowMs: 100_000, outOfOrderWindowMs: 50_000 };
const bytesMax = 1024 * 1024;

interface Sample {
  readonly series: number;
  /** Before the newest sample. */
  readonly isLate: boolean;
  readonly value: number | 'stale';
}

type Step =
  | { readonly do: 'write'; readonly samples: readonly Sample[]; readonly jumpMs: number }
  | { readonly do: 'tick' | 'crash' | 'restart' | 'save' | 'begin-again' }
  | { readonly do: 'read'; readonly records: number };

const sample: fc.Arbitrary<Sample> = fc.record({
  series: fc.integer({ min: 0, max: 5 }),
  isLate: fc.nat(9).map((one) => one === 0),
  value: fc.oneof(fc.constant('stale' as const), fc.double()),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      samples: fc.array(sample, { maxLength: 8 }),
      jumpMs: fc.constantFrom(0, 0, 0, 90_000, 400_000),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constantFrom('tick', 'crash', 'restart', 'save', 'begin-again') }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('read' as const), records: fc.integer({ min: 1, max: 9 }) }),
  },
);

/** A database and a follower of it; beside them the samples that were acknowledged, one after the other. */
class World {
  readonly #path: string;
  readonly #acknowledged: string[] = [];
  #database: Database;
  #log: FollowedLog;
  /** How many of them were told, and when the cursor was moved. */
  #told = 0;
  #saved = 0;
  #position: LogPosition;
  #timeMs = 1_000_000;

  private constructor(path: string, database: Database) {
    this.#path = path;
    this.#database = database;
    const share = database.follow('one', bytesMax);
    this.#position = share.position;
    this.#log = new FollowedLog(share);
  }

  static async open(path: string): Promise<World> {
    return new World(path, await openDatabase(path, limits));
  }

  async do(one: Step): Promise<void> {
    if (one.do === 'write') await this.#write(one);
    else if (one.do === 'tick') await this.#database.tick(this.#timeMs);
    else if (one.do === 'read') this.#read(one.records);
    else if (one.do === 'save') this.#save();
    else if (one.do === 'begin-again') this.#beginAgain();
    else await this.#reopen(one.do === 'restart');
  }

  /** All that was acknowledged was told. */
  check(): void {
    this.#read(Number.POSITIVE_INFINITY);
    assert.equal(this.#told, this.#acknowledged.length);
    assert.equal(this.#log.follower.lostSegments, 0);
    assert.deepEqual(
      logFiles(this.#path).filter((name) => name.startsWith('lost-')),
      [],
    );
  }

  async close(): Promise<void> {
    this.#log.follower.close();
    await this.#database.close();
  }

  async #write({ samples, jumpMs }: Extract<Step, { do: 'write' }>): Promise<void> {
    this.#timeMs += jumpMs;
    const written: string[] = [];
    for (const { series, isLate, value } of samples) {
      // Each time is used once; late ones are odd.
      this.#timeMs += 20;
      const time = isLate ? this.#timeMs - 1_001 : this.#timeMs;
      const ref = refOf(this.#database, { __name__: `s${series}` });
      if (value === 'stale') this.#database.appendStale(ref, time);
      else this.#database.append(ref, time, value);
      written.push(`s${series} ${time}:${value === 'stale' ? value : valueAsText(value)}`);
    }
    const { samples: count, refusals } = await this.#database.commit(this.#timeMs);
    assert.deepEqual([count, refusals], [written.length, []]);
    this.#acknowledged.push(...written);
  }

  #read(records: number): void {
    for (const one of this.#log.read(records)) assert.equal(one, this.#acknowledged[this.#told++]);
  }

  #save(): void {
    this.#saved = this.#told;
    this.#position = this.#log.follower.position;
    writeCursor(fs, `${this.#path}/wal`, 'one', { position: this.#position, bytesMax });
  }

  #beginAgain(): void {
    this.#log.follower.close();
    const share = this.#database.follow('one', bytesMax);
    assert.deepEqual(share.position, this.#position);
    this.#log = new FollowedLog(share);
    this.#told = this.#saved;
  }

  async #reopen(isClean: boolean): Promise<void> {
    this.#log.follower.close();
    if (isClean) await this.#database.close();
    this.#database = await openDatabase(this.#path, limits);
    this.#beginAgain();
  }
}

test('a follower tells each acknowledged sample in its order, over crashes, restarts, blocks and its own new starts', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 60 }), async (steps) => {
      using directory = new TemporaryDirectory();
      const world = await World.open(directory.path);
      for (const one of steps) await world.do(one);
      world.check();
      await world.close();
    }),
    { numRuns: 60 },
  );
});
