import type { Store } from '../port.ts';
import { openPostgresStore } from '../postgres/postgres-store.ts';
import { eventually } from './eventually.ts';
import type { PostgresServer } from './postgres-server.ts';
import type { StoreHarness } from './suite.ts';

/** A place is a database of its own on a server. */
export function postgresHarness(server: PostgresServer): StoreHarness {
  return {
    open: (url, options) => openPostgresStore({ url, ...options }),
    place: () => server.database(),
    cleanup: () => server.stop(),
  };
}

/**
 * As if one store were two: commits go to the one that is read and to another in turns, so that most of what is read has
 * come from elsewhere. A commit is answered when it can be read.
 */
export function pairedHarness(server: PostgresServer): StoreHarness {
  const single = postgresHarness(server);
  return {
    ...single,
    open: async (url, options) => pair(await single.open(url, options), await single.open(url, options)),
  };
}

function pair(shown: Store, other: Store): Store {
  let turn = 0;
  return new Proxy(shown, {
    get(target, name) {
      if (name === 'commit') {
        return async (...batch: Parameters<Store['commit']>) => {
          const objects = await (turn++ % 2 === 0 ? other : shown).commit(...batch);
          const newest = Math.max(0, ...objects.map(({ revision }) => revision));
          await eventually('the commit is seen', () => shown.revision >= newest);
          return objects;
        };
      }
      if (name === 'compact') {
        return async (revision: number) => {
          await other.compact(revision);
          await eventually(
            'the compaction is seen',
            () => shown.compactedRevision === other.compactedRevision,
          );
        };
      }
      if (name === 'close') return () => Promise.all([shown.close(), other.close()]).then(() => {});
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
