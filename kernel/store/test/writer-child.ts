/**
 * Writes pairs of objects for ever and says which are acknowledged; made to be killed. Arguments: the data directory,
 * and the number of objects to begin with. Each pair is committed with an entry `writer number` in the log `pairs`. Prints `ready`, then a line `writer number revision` per acknowledged pair.
 */
import { openSqliteStore } from '../sqlite-store.ts';

const [directory, filler] = process.argv.slice(2);
if (directory === undefined) throw new Error('usage: writer-child.ts DIRECTORY [OBJECTS]');
// A short history, so that rows are deleted all the time, too.
const store = await openSqliteStore({ directory, history: { events: 300 } });
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

async function write(writer: number): Promise<never> {
  const left = `${bucket}n/${writer}-left`;
  const right = `${bucket}n/${writer}-right`;
  const last: unknown = JSON.parse(store.get(left)?.value ?? '{"number":0}');
  let number = typeof last === 'object' && last !== null && 'number' in last ? Number(last.number) : 0;
  for (;;) {
    number++;
    const value = (): string => JSON.stringify({ number, text: 'x'.repeat((number * 37) % 3_000) });
    const entry = { value: `${writer} ${number}` };
    const [first] = await store.commit(
      [
        { type: 'put', key: left, value },
        { type: 'put', key: right, value },
      ],
      [{ log: 'pairs', entry: () => entry }],
    );
    process.stdout.write(`${writer} ${number} ${first?.revision ?? 0}\n`);
  }
}

await Promise.all(Array.from({ length: 16 }, (_, writer) => write(writer)));
