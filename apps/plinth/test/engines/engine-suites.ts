import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type PostgresServer, startPostgres } from '@plinth/kernel/testing';

const root = new URL('../../../../', import.meta.url);

/** Suites of what stands on the store, with the number of tests in each: a suite that runs less of them shows. */
export interface EngineSuites {
  readonly [path: string]: number;
}

/** Runs, approvals and plans in the kernel; these use a store in memory when no engine is named. */
const kernelSuites: EngineSuites = {
  'kernel/run/test/engine.test.ts': 2,
  'kernel/run/test/control.test.ts': 15,
  'kernel/run/test/replay.test.ts': 11,
  'kernel/run/test/exec.test.ts': 4,
  'kernel/plan/test/apply-faults.test.ts': 5,
  'kernel/plan/test/overlay-store.test.ts': 4,
};

/** The same, longer: the fault law opens a store for each fault, and several run engines share one. */
const lawSuites: EngineSuites = {
  'kernel/run/test/fault-law.test.ts': 6,
  'kernel/run/test/several-engines.test.ts': 8,
  'kernel/plan/test/apply-run.test.ts': 1,
};

/** These are on SQLite, or take most of their time there, when no engine is named: only PostgreSQL is left to try. */
const sqliteSuites: EngineSuites = {
  'kernel/run/test/approval.test.ts': 5,
  'kernel/audit/test/audit-tree.test.ts': 8,
  'apps/plinth/test/api/approvals.test.ts': 14,
  'apps/plinth/test/api/plan-apply-run.test.ts': 4,
  'apps/plinth/test/audit/entries.test.ts': 10,
};

/** What runs with all other tests, by engine. */
export const shortSuites = {
  sqlite: kernelSuites,
  postgres: { ...kernelSuites, ...sqliteSuites },
} as const;

/** What takes longer, by engine. */
export const longSuites = {
  sqlite: { ...lawSuites, 'kernel/run/test/approval.test.ts': 5 },
  postgres: {
    ...lawSuites,
    'apps/plinth/test/api/plans.test.ts': 13,
    'apps/plinth/test/api/start-rights.test.ts': 6,
    'apps/plinth/test/audit/export.test.ts': 4,
    'apps/plinth/test/cli/plan.test.ts': 5,
    'apps/plinth/test/cli/run.test.ts': 5,
    'apps/plinth/test/cli/documented-run.test.ts': 2,
    'apps/plinth/test/terraform/contention.test.ts': 1,
    'apps/plinth/test/terraform/secrets.test.ts': 5,
    'apps/plinth/test/terraform/stacks.test.ts': 12,
    'apps/plinth/test/terraform/stack-modules.test.ts': 1,
    'apps/plinth/test/terraform/stack-cost.test.ts': 1,
    'apps/plinth/test/terraform/cloud-contention.test.ts': 1,
    'apps/plinth/test/terraform/cloud-uploads.test.ts': 5,
    'apps/plinth/test/terraform/registry.test.ts': 5,
    'apps/plinth/test/terraform/mirror.test.ts': 5,
  },
} as const;

/**
 * Runs suites on SQLite, in temporary directories.
 *
 * @returns how many tests passed
 * @throws AssertionError with what they printed when one fails, is skipped or is missing
 */
export function runOnSqlite(suites: EngineSuites): Promise<number> {
  return runSuites(suites, { PLINTH_TEST_ENGINE: 'sqlite' });
}

/**
 * Runs suites on a private PostgreSQL server, each store in a database of its own.
 *
 * @returns how many tests passed on how many databases, or why there is no server
 * @throws AssertionError as `runOnSqlite` does
 */
export async function runOnPostgres(
  suites: EngineSuites,
): Promise<{ readonly passed: number; readonly databases: number } | { readonly skip: string }> {
  // A suite that ends without closing keeps its connections until its process is gone.
  const server = await startPostgres({ max_connections: '300', log_statement: 'ddl' });
  if ('skip' in server) return server;
  try {
    const passed = await runSuites(suites, {
      PLINTH_TEST_ENGINE: 'postgres',
      PLINTH_TEST_DATABASE: server.url,
    });
    return { passed, databases: databasesMade(server) };
  } finally {
    await server.stop();
  }
}

async function runSuites(suites: EngineSuites, engine: Readonly<Record<string, string>>): Promise<number> {
  const files = Object.keys(suites).map((path) => fileURLToPath(new URL(path, root)));
  const args = ['--test', '--test-concurrency=2', '--test-reporter=spec', ...files];
  const child = spawn(process.execPath, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A test runner that knows of the one around it would report to that.
    env: { ...process.env, ...engine, NODE_TEST_CONTEXT: undefined },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  assert.equal(code, 0, output);
  const passed = Number(/^ℹ pass (\d+)$/m.exec(output)?.[1] ?? 0);
  const expected = Object.values(suites).reduce((sum, count) => sum + count, 0);
  assert.ok(passed >= expected, `${passed} tests passed, and there are ${expected}:\n${output}`);
  return passed;
}

/** How many databases the suites have made, which the server has in its log. */
function databasesMade({ directory }: PostgresServer): number {
  const folder = join(directory, '..', 'log');
  const logs = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  return logs.join('').match(/CREATE DATABASE plinth_lab_/g)?.length ?? 0;
}
