import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { test } from 'node:test';
import { Labels, Matcher } from '@plinth/prometheus-model';
import fc from 'fast-check';
import { compareExemplars, type Exemplar } from '../src/exemplars/exemplar.ts';
import { ExemplarRing } from '../src/exemplars/exemplar-ring.ts';
import type { Database } from '../src/index.ts';
import { openDatabase, refOf, TemporaryDirectory } from './database-fixture.ts';

const all = [[new Matcher('__name__', '=~', '.*')]];

function exemplar(timestampMs: number, value: number, trace: string): Exemplar {
  return { labels: Labels.of({ trace_id: trace }), timestampMs, value };
}

/** Exemplars as text: series, then `time:value:trace` of each. */
function textOf(ring: ExemplarRing, sets = all, startMs = -Infinity, endMs = Infinity): string[] {
  return ring.select(sets, startMs, endMs).map(({ labels, exemplars }) => {
    const texts = exemplars.map((one) => `${one.timestampMs}:${one.value}:${one.labels.get('trace_id')}`);
    return `${labels.metricName} ${texts.join(' ')}`;
  });
}

const seriesOf = (ref: number): Labels =>
  Labels.of({ __name__: `m${ref}`, job: ref % 2 === 0 ? 'even' : 'odd' });

test('the oldest exemplar makes room, whichever series it is of', () => {
  const ring = new ExemplarRing(3, seriesOf);
  for (const [ref, time] of [
    [1, 10],
    [2, 20],
    [1, 30],
    [3, 40],
  ] as const) {
    assert.equal(ring.add(ref, exemplar(time, 1, 'a')), 'taken');
  }
  assert.deepEqual(textOf(ring), ['m1 30:1:a', 'm2 20:1:a', 'm3 40:1:a']);
  ring.add(3, exemplar(50, 1, 'b'));
  assert.deepEqual(textOf(ring), ['m1 30:1:a', 'm3 40:1:a 50:1:b']);
  ring.max = 1;
  assert.deepEqual(textOf(ring), ['m3 50:1:b']);
  ring.max = 0;
  ring.add(1, exemplar(60, 1, 'c'));
  assert.deepEqual(textOf(ring), []);
});

test('what was there already, comes too late or is too long is not taken', () => {
  const ring = new ExemplarRing(10, seriesOf);
  ring.add(1, exemplar(10, 2, 'm'));
  assert.equal(ring.add(1, exemplar(10, 2, 'm')), 'known');
  assert.equal(ring.add(1, exemplar(9, 2, 'm')), 'out_of_order');
  assert.equal(ring.add(1, exemplar(10, 1, 'm')), 'out_of_order');
  assert.equal(ring.add(1, exemplar(10, 2, 'l')), 'out_of_order');
  assert.equal(ring.add(1, exemplar(10, 2, 'n')), 'taken');
  assert.equal(ring.add(1, exemplar(10, Number.NaN, 'n')), 'out_of_order');
  // 8 characters are the name.
  assert.equal(ring.add(1, exemplar(11, 1, 'x'.repeat(121))), 'too_long');
  assert.equal(ring.add(1, exemplar(11, 1, '\u{1f600}'.repeat(120))), 'taken');
  assert.equal(ring.add(2, exemplar(1, Number.NaN, 'n')), 'taken');
  assert.equal(ring.add(2, exemplar(1, Number.NaN, 'n')), 'known');
});

test('exemplars are found by their series and their time', () => {
  const ring = new ExemplarRing(10, seriesOf);
  for (const ref of [3, 1, 2]) for (const time of [10, 20, 30]) ring.add(ref, exemplar(time, ref, 't'));
  const even = [new Matcher('job', '=', 'even')];
  const first = [new Matcher('__name__', '=', 'm1')];
  assert.deepEqual(textOf(ring, [even, first], 20, 20), ['m1 20:1:t', 'm2 20:2:t']);
  assert.deepEqual(textOf(ring, [even], 31), []);
  assert.deepEqual(textOf(ring, []), []);
});

test('it holds what a dumb model holds', () => {
  const arrivals = fc.array(
    fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 2 })),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(arrivals, fc.integer({ min: 0, max: 12 }), (list, max) => {
      const ring = new ExemplarRing(max, seriesOf);
      let model: (readonly [ref: number, exemplar: Exemplar])[] = [];
      for (const [ref, time, value] of list) {
        const one = exemplar(time, value, 't');
        const newest = model.findLast(([other]) => other === ref)?.[1];
        const isNew = !newest || compareExemplars(one, newest) > 0;
        assert.equal(ring.add(ref, one) === 'taken', isNew);
        if (isNew) model = [...model, [ref, one] as const].slice(-max || Infinity);
        if (max === 0) model = [];
      }
      assert.deepEqual(
        [...ring].map(({ ref, exemplar: { timestampMs, value } }) => [ref, timestampMs, value]),
        model.map(([ref, { timestampMs, value }]) => [ref, timestampMs, value]),
      );
      const byModel = [0, 1, 2, 3].flatMap((ref) => {
        const own = model
          .filter(([other]) => other === ref)
          .map(([, one]) => `${one.timestampMs}:${one.value}:t`);
        return own.length > 0 ? [`m${ref} ${own.join(' ')}`] : [];
      });
      assert.deepEqual(textOf(ring), byModel);
    }),
  );
});

/** Adds a sample of a series with exemplars. */
async function write(
  database: Database,
  name: string,
  timestampMs: number,
  exemplars: readonly Exemplar[],
): Promise<number> {
  const ref = refOf(database, { __name__: name });
  database.append(ref, timestampMs, 1);
  for (const one of exemplars) database.appendExemplar(ref, one);
  return (await database.commit(timestampMs)).exemplars;
}

test('exemplars survive a crash, a clean end and a snapshot', async () => {
  using directory = new TemporaryDirectory();
  const path = `${directory.path}/live`;
  const database = await openDatabase(path);
  const late = [exemplar(1_200, 2, 'b'), exemplar(1_100, 1, 'a')];
  assert.equal(await write(database, 'm', 2_000, late), 2);
  // Some are there already, one comes too late.
  assert.equal(await write(database, 'm', 3_000, [...late, exemplar(1_300, 3, 'é')]), 2);
  assert.equal(await write(database, 'n', 3_000, [{ ...exemplar(2_000, 0, ''), labels: Labels.of({}) }]), 1);
  const expected = ['m 1100:1:a 1200:2:b 1300:3:é', 'n 2000:0:'];
  assert.deepEqual(textOf(database.exemplars), expected);

  cpSync(path, `${directory.path}/crashed`, { recursive: true });
  const crashed = await openDatabase(`${directory.path}/crashed`);
  assert.deepEqual(textOf(crashed.exemplars), expected);
  await crashed.close();

  await database.snapshot(`${directory.path}/copy`);
  const copy = await openDatabase(`${directory.path}/copy`);
  assert.deepEqual(textOf(copy.exemplars), expected);
  await copy.close();

  await database.close();
  const again = await openDatabase(path);
  assert.deepEqual(textOf(again.exemplars), expected);
  assert.equal(await write(again, 'm', 4_000, [exemplar(1_300, 3, 'é')]), 1);
  assert.deepEqual(textOf(again.exemplars), expected);
  await again.close();
});

test('exemplars of what is refused or taken back are not kept', async () => {
  using directory = new TemporaryDirectory();
  const database = await openDatabase(directory.path, { seriesMax: 1 });
  assert.equal(await write(database, 'm', 1_000, [exemplar(1, 1, 'a')]), 1);
  assert.equal(await write(database, 'n', 1_000, [exemplar(1, 1, 'a')]), 0);
  database.appendExemplar(refOf(database, { __name__: 'm' }), exemplar(2, 1, 'a'));
  database.rollback();
  assert.equal((await database.commit(2_000)).exemplars, 0);
  assert.deepEqual(textOf(database.exemplars), ['m 1:1:a']);
  await database.close();
});

test('how many are kept can be changed while the database is open', async () => {
  using directory = new TemporaryDirectory();
  const database = await openDatabase(directory.path);
  await write(database, 'm', 1_000, [exemplar(1, 1, 'a'), exemplar(2, 1, 'a'), exemplar(3, 1, 'a')]);
  database.bound({ exemplarsMax: 2 });
  assert.deepEqual(textOf(database.exemplars), ['m 2:1:a 3:1:a']);
  await database.close();
});
