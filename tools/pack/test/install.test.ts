import assert from 'node:assert/strict';
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const COMMAND_TIMEOUT_MS = 120_000;
const REGISTRY_UNREACHABLE =
  /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED)\b/;

/** A stranger's environment: nothing of the npm that runs these tests, and our Node first on PATH. */
function environment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(npm_(package|lifecycle|config_local)|NODE_|PLINTH_)/i.test(name) && name !== 'INIT_CWD',
  );
  const path = `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}`;
  return { ...Object.fromEntries(inherited), PATH: path };
}

function run(folder: string, program: string, ...args: string[]): SpawnSyncReturns<string> {
  return spawnSync(program, args, {
    cwd: folder,
    encoding: 'utf8',
    env: environment(),
    timeout: COMMAND_TIMEOUT_MS,
  });
}

test('the packed program runs in an empty folder', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'plinth-install-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));

  const packed = run(root, 'npm', 'pack', `--pack-destination=${folder}`);
  assert.equal(packed.status, 0, packed.stderr);
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  assert.ok(tarball !== undefined, packed.stdout);

  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  const options = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--fetch-retries=0'];
  const installed = run(folder, 'npm', 'install', ...options, `./${tarball}`);
  if (installed.status !== 0 && REGISTRY_UNREACHABLE.test(installed.stderr)) {
    context.skip('the npm registry is not reachable, and the dependencies are not in the cache');
    return;
  }
  assert.equal(installed.status, 0, installed.stderr);

  const installedAt = join(folder, 'node_modules/plinth');
  const manifest: unknown = JSON.parse(readFileSync(join(installedAt, 'package.json'), 'utf8'));
  assert.ok(typeof manifest === 'object' && manifest !== null && 'version' in manifest);
  assert.ok(existsSync(join(installedAt, 'LICENSE')), 'the licence is packed');
  const files = readdirSync(installedAt, { recursive: true, encoding: 'utf8' });
  assert.deepEqual(
    files.filter((file) => file.endsWith('.ts')),
    [],
  );

  const version = run(folder, 'npx', '--no-install', 'plinth', 'version');
  assert.equal(version.status, 0, version.stderr);
  assert.match(version.stdout, new RegExp(String(manifest.version).replaceAll('.', '\\.')));
});
