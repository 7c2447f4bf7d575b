import { after, test } from 'node:test';
import { openSqliteStore } from '../sqlite-store.ts';
import { Places } from './places.ts';
import { storm, stormWatchers, stormWrites } from './storm.ts';

const places = new Places();
after(() => places.remove());

test(`${stormWrites} writes and ${stormWatchers} watchers that restart: none lost, doubled or reordered`, async (t) => {
  const store = await openSqliteStore({ directory: places.make() });
  try {
    t.diagnostic(await storm([store], store));
  } finally {
    await store.close();
  }
});
