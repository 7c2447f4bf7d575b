/** Moves a store and stops in the middle of it, to be killed. Arguments: the data directory and the URL of the database. */
import { systemRandom } from '../../ports/random.ts';
import { moveStore } from '../move-store.ts';
import { databasePlace, type StorePlace } from '../store-place.ts';

const [dataDirectory = '', url = ''] = process.argv.slice(2);
const place = databasePlace(url);
const to: StorePlace = {
  ...place,
  async load() {
    const target = await place.load();
    return {
      putObjects: (objects) => target.putObjects(objects),
      putEntries: (log, entries) => target.putEntries(log, entries),
      finish: () => {
        process.stdout.write('loaded\n');
        return new Promise<void>((resolve) => setTimeout(resolve, 60_000));
      },
      remove: () => target.remove(),
      close: () => target.close(),
    };
  },
};
await moveStore({
  dataDirectory,
  keysDirectory: dataDirectory,
  title: 'a database',
  random: systemRandom,
  to,
});
