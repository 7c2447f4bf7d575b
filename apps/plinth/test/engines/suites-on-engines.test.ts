import assert from 'node:assert/strict';
import { test } from 'node:test';
import { longSuites, runOnPostgres, runOnSqlite, shortSuites } from './engine-suites.ts';

/** The long form has the suites that take longer, instead of these. */
const isLong = process.env['PLINTH_ENGINE_SUITES'] === 'long';
const suites = isLong ? longSuites : shortSuites;
/** The fault law makes a database for each fault, most tests of the kernel one each; the others share that of a server. */
const databasesMin = isLong ? 150 : 40;

test('the suites of runs and plans pass on SQLite', async (t) => {
  const passed = await runOnSqlite(suites.sqlite);
  t.diagnostic(`${passed} tests passed on SQLite`);
});

test('the suites of runs, plans, approvals and the audit log pass on PostgreSQL', async (t) => {
  const done = await runOnPostgres(suites.postgres);
  if ('skip' in done) return t.skip(done.skip);
  assert.ok(done.databases >= databasesMin, `${done.databases} databases: were the suites on PostgreSQL?`);
  t.diagnostic(`${done.passed} tests passed on ${done.databases} databases of PostgreSQL`);
});
