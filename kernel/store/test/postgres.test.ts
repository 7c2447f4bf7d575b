import { test } from 'node:test';
import { postgresHarness } from './postgres-harness.ts';
import { startPostgres } from './postgres-server.ts';
import { describeStore } from './suite.ts';

const server = await startPostgres();
if ('skip' in server) test('PostgreSQL: laws of the store', { skip: server.skip }, () => {});
else describeStore('PostgreSQL', postgresHarness(server));
