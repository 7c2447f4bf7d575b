import { test } from 'node:test';
import { describeModel } from './model.ts';
import { pairedHarness } from './postgres-harness.ts';
import { startPostgres } from './postgres-server.ts';

const server = await startPostgres();
if ('skip' in server) test('PostgreSQL: random histories', { skip: server.skip }, () => {});
else
  describeModel(
    'PostgreSQL, two stores',
    pairedHarness(server),
    Number(process.env['PLINTH_MODEL_RUNS'] ?? 12),
  );
