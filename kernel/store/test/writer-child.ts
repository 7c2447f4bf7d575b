/**
 * Writes pairs of objects for ever and says which are acknowledged; made to be killed. Arguments: the data directory or
 * the URL of a database, the number of objects to begin with, and a prefix for the names of its writers. Each pair is
 * committed with an entry `writer number` in the log `pairs`. Prints `ready`, then a line `writer number revision` per
 * acknowledged pair.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type Append, type StoredObject, StoreError, type StoreOperation } from '../port.ts';
import { openPlace } from './open-place.ts';

const [place, filler, prefix = ''] = process.argv.slice(2);
if (place === undefined) throw new Error('usage: writer-child.ts PLACE [OBJECTS] [PREFIX]');
const isDatabase = place.startsWith('postgres:');
// A short history, so that rows are deleted all the time, too.
const store = await openPlace(place, { history: { events: Number(process.env['PLINTH_HISTORY'] ?? 300) } });
const bucket = 't/core/pairs/';
const have = store.count('t/core/filler/');
for (let i = have; i < Number(filler ?? 0); i += 500) {
  const batch = Array.from({ length: 500 }, (_, k) => ({
    type: 'put' as const,
    key: `t/core/filler/n/${i + k}`,
    value: () => JSON.stringify({ i: i + k, text: 'x'.repeat(1_000) }),
  }));
  await store.commit(batch);
}
process.stdout.write('ready\n');

/** A process that was paused, or cut off from its database, is refused and tries again: then it must not be there twice. */
async function committed(operations: StoreOperation[], appends: Append[]): Promise<StoredObject[]> {
  for (;;) {
    try {
      return await store.commit(operations, appends);
    } catch (error) {
      if (!isDatabase || !(error instanceof StoreError) || error.code !== 'read-only') throw error;
      await delay(5);
    }
  }
}

async function write(writer: string): Promise<never> {
  const left = `${bucket}n/${writer}-left`;
  const right = `${bucket}n/${writer}-right`;
  const last: unknown = JSON.parse(store.get(left)?.value ?? '{"number":0}');
  let number = typeof last === 'object' && last !== null && 'number' in last ? Number(last.number) : 0;
  for (;;) {
    number++;
    const value = (): string => JSON.stringify({ number, text: 'x'.repeat((number * 37) % 3_000) });
    const entry = { value: `${writer} ${number}` };
    const [first] = await committed(
      [
        { type: 'put', key: left, value },
        { type: 'put', key: right, value },
      ],
      [{ log: 'pairs', entry: () => entry }],
    );
    process.stdout.write(`${writer} ${number} ${first?.revision ?? 0}\n`);
  }
}

await Promise.all(Array.from({ length: 16 }, (_, writer) => write(`${prefix}${writer}`)));
