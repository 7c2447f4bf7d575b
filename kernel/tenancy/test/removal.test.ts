import { deepEqual, equal, rejects } from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { MemoryStore } from '../../auth/test/memory-store.ts';
import { MortalStore } from '../../run/test/mortal-store.ts';
import { type Store, StoreError } from '../../store/port.ts';
import { contentsOf, type RemovalOptions, removeContents } from '../removal.ts';
import { directoriesOf } from '../virtual-cluster.ts';

const places: string[] = [];
after(() => {
  for (const place of places) rmSync(place, { recursive: true, force: true });
});

const rest = 'globex/core/configmaps/default/stays';
const nothing = { objects: 0, auditEntries: 0, files: 0 };

/** A store with a tenant that has some of everything, beside another. */
async function filled(): Promise<{ store: MemoryStore; dataDirectory: string; removedLogs: string[] }> {
  const store = new MemoryStore();
  const dataDirectory = mkdtempSync(join(tmpdir(), 'plinth-removal-'));
  places.push(dataDirectory);
  const put = (key: string, text = '{}') => store.commit([{ type: 'put', key, value: () => text }]);
  for (let i = 0; i < 450; i++) await put(`acme/core/configmaps/default/map-${i}`);
  await put('acme/core/namespaces//default');
  for (const name of ['a', 'b']) {
    const run = { apiVersion: 'plinth.dev/v1alpha1', kind: 'Run', metadata: { name, uid: `uid-${name}` } };
    await put(`acme/plinth.dev/runs/default/${name}`, JSON.stringify(run));
    await put(`acme/plinth.dev/runjournals/uid-${name}/00000`);
  }
  await put(rest);
  for (const log of ['acme/audit', 'globex/audit']) {
    await store.commit([], [{ log, entry: () => ({ value: '{}' }) }]);
  }
  for (const directory of Object.values(directoriesOf(dataDirectory, 'acme'))) {
    mkdirSync(join(directory, 'deep'), { recursive: true });
    writeFileSync(join(directory, 'deep', 'file'), 'x');
  }
  return { store, dataDirectory, removedLogs: [] };
}

function optionsOf(
  { dataDirectory, removedLogs }: { dataDirectory: string; removedLogs: string[] },
  store: Store,
): RemovalOptions {
  return {
    store,
    dataDirectory,
    exec: {
      exec: () => Promise.reject(new Error('nothing is run here')),
      remove: async (uid) => void removedLogs.push(uid),
    },
  };
}

/** What the controller does in between. */
const elsewhere = (store: Store) => async (): Promise<void> => {
  await store.commit([{ type: 'put', key: 'default/plinth.dev/tenants//acme', value: () => '{}' }]);
};

async function checkGone(store: MemoryStore, options: RemovalOptions): Promise<void> {
  deepEqual(await contentsOf('acme', { ...options, store }), nothing);
  deepEqual(
    store.buckets().filter((bucket) => bucket.startsWith('acme/')),
    [],
  );
  deepEqual(store.watch('acme/core/configmaps/', 0, () => {}).read(1_000), [], 'and no history');
  equal(store.get(rest)?.value, '{}');
  equal(store.logs.end('globex/audit'), 1);
  equal(existsSync(directoriesOf(options.dataDirectory, 'acme').audit), false);
}

test('everything of a tenant goes, and nothing of another', async () => {
  const lab = await filled();
  const options = optionsOf(lab, lab.store);
  deepEqual(await contentsOf('acme', options), { objects: 455, auditEntries: 1, files: 2 });
  await removeContents('acme', options, elsewhere(lab.store));
  await checkGone(lab.store, options);
  deepEqual(lab.removedLogs, ['uid-a', 'uid-b']);
  await removeContents('acme', options, elsewhere(lab.store));
  await checkGone(lab.store, options);
});

test('fault law: a process that dies in any commit leaves what the next one removes', async () => {
  const commits = await commitsOfRemoval();
  for (let at = 0; at < commits; at++) {
    for (const when of ['before', 'after'] as const) {
      const lab = await filled();
      const death = Promise.withResolvers<string>();
      const died = (): void => {
        mortal.kill();
        death.resolve('dead');
      };
      const mortal: MortalStore = new MortalStore(lab.store, died, { commit: at, when });
      const removing = removeContents('acme', optionsOf(lab, mortal), elsewhere(mortal));
      equal(
        await Promise.race([death.promise, removing.then(() => 'over')]),
        'dead',
        `commit ${at} was made`,
      );
      const options = optionsOf(lab, lab.store);
      await removeContents('acme', options, elsewhere(lab.store));
      await checkGone(lab.store, options);
    }
  }
});

async function commitsOfRemoval(): Promise<number> {
  const lab = await filled();
  const counting = new MortalStore(lab.store, () => {}, undefined);
  await removeContents('acme', optionsOf(lab, counting), elsewhere(counting));
  return counting.commits;
}

test('fault law: each step fails once, and the repetition removes the rest', async () => {
  for (const step of ['commit', 'remove', 'purge'] as const) {
    const lab = await filled();
    let failures = 1;
    const failing = new Proxy<Store>(lab.store, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target);
        if (name === 'logs' && step === 'remove') {
          return {
            ...lab.store.logs,
            remove: fails(
              () => failures--,
              (log: string) => lab.store.logs.remove(log),
            ),
          };
        }
        if (name === step && typeof value === 'function') {
          return fails(
            () => failures--,
            async (...args: unknown[]) => await Reflect.apply(value, target, args),
          );
        }
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const options = optionsOf(lab, failing);
    await rejects(removeContents('acme', options, elsewhere(lab.store)), StoreError, step);
    await removeContents('acme', options, elsewhere(lab.store));
    await checkGone(lab.store, options);
  }
});

/** Fails while there are failures left. */
function fails<Args extends unknown[], Result>(
  left: () => number,
  work: (...args: Args) => Promise<Result>,
): (...args: Args) => Promise<Result> {
  return async (...args) => {
    if (left() > 0) throw new StoreError('read-only', 'a fault for a test');
    return await work(...args);
  };
}
