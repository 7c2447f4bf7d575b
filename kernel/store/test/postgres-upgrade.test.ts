import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { Migration } from '../migration.ts';
import { openPostgresStore } from '../postgres/postgres-store.ts';
import type { PostgresSession } from '../postgres/session.ts';
import { rehearsePostgresUpgrade, upgradePostgres } from '../postgres/upgrade.ts';
import { bucket, put, refused } from './operations.ts';
import { startPostgres } from './postgres-server.ts';

const started = await startPostgres();
const skip = 'skip' in started ? started.skip : false;

describe('upgrades of PostgreSQL', { skip }, () => {
  if ('skip' in started) return;
  const server = started;
  after(() => server.stop());

  test('a dry run does it in a transaction that is rolled back, and says what it did', async () => {
    const url = await server.database();
    await refused('damaged', () => rehearsePostgresUpgrade(url));
    const store = await openPostgresStore({ url });
    await store.commit([put(`${bucket}n/a`, 'x'), put(`${bucket}n/b`, 'x')]);
    await store.close();
    const present = await upgradePostgres(url);
    assert.deepEqual([present.from, present.steps], [present.to, []]);
    const next: Migration<PostgresSession> = {
      version: present.to + 1,
      name: 'another-table',
      describe: 'Adds a table and takes a row away; for tests.',
      up: async (session) => {
        await session.query('CREATE TABLE plinth.another AS SELECT key FROM plinth.states');
        await session.query(`DELETE FROM plinth.states WHERE key LIKE '%/a'`);
      },
    };
    const report = await rehearsePostgresUpgrade(url, [next]);
    assert.deepEqual(
      report.steps.map(({ version, name }) => `${version} ${name}`),
      [`${next.version} another-table`],
    );
    const rows = new Map(report.tables.map(({ table, before: was, after: is }) => [table, [was, is]]));
    assert.deepEqual(rows.get('another'), [undefined, 2]);
    assert.deepEqual(rows.get('states'), [2, 1]);
    const [state] = await server.query(
      `SELECT to_regclass('plinth.another') AS made, count(*)::int AS states FROM plinth.states`,
      [],
      url,
    );
    assert.deepEqual(state, { made: null, states: 2 });
  });
});
