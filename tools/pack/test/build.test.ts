import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { buildProgram } from '../src/build.ts';
import { dependencyDifferences, syncDependencies } from '../src/manifest.ts';

const REPOSITORY: Readonly<Record<string, string>> = {
  'package.json': repository({ left: '1.0.0' }),
  'examples/start/object.yaml': 'kind: ConfigMap\n',
  'apps/plinth/package.json': manifest('@plinth/program', { dependencies: { '@plinth/kernel': '1.0.0' } }),
  'apps/plinth/src/main.ts': `
    import { readFileSync } from 'node:fs';
    import { type Greeting, greet, inWorker } from '@plinth/kernel';
    import about from '../package.json' with { type: 'json' };
    const greeting: Greeting = { name: 'main' };
    const example = readFileSync(new URL('../../../examples/start/object.yaml', import.meta.url), 'utf8');
    console.log([greet(greeting), await inWorker(), example.trim(), about.version].join('|'));`,
  'kernel/package.json': manifest('@plinth/kernel', {
    exports: { '.': './index.ts' },
    dependencies: { '@plinth/text': '1.0.0', left: '1.0.0' },
  }),
  'kernel/index.ts': `
    import { Worker } from 'node:worker_threads';
    export { greet, type Greeting } from './part/greet.ts';
    export async function inWorker(): Promise<unknown> {
      const worker = new Worker(new URL('./part/worker.ts', import.meta.url));
      return await new Promise<unknown>((resolve) => worker.once('message', resolve));
    }`,
  'kernel/part/greet.ts': `
    import { shout } from '@plinth/text';
    export interface Greeting { readonly name: string }
    export const greet = (greeting: Greeting): string => shout(greeting.name as string);`,
  'kernel/part/worker.ts': `
    import { parentPort } from 'node:worker_threads';
    import { greet } from './greet.ts';
    parentPort?.postMessage(greet({ name: 'worker' }));`,
  'kernel/test/greet.test.ts': `throw new Error('tests are not published');`,
  'libs/text/package.json': manifest('@plinth/text', { exports: { '.': './src/index.ts' } }),
  'libs/text/src/index.ts': `export * from './shout.ts';`,
  'libs/text/src/shout.ts': `export const shout = (text: string): string => \`\${text.toUpperCase()} é日!\`;`,
  'libs/unused/package.json': manifest('@plinth/unused', { exports: { '.': './src/index.ts' } }),
  'libs/unused/src/index.ts': 'export const unused = 1;',
};

function repository(dependencies: Readonly<Record<string, string>>): string {
  return manifest('plinth', { workspaces: ['libs/*', 'kernel', 'apps/*'], dependencies });
}

function manifest(name: string, fields: object): string {
  return JSON.stringify({ name, version: '1.0.0', type: 'module', ...fields });
}

function writeRepository(context: TestContext, changes: Readonly<Record<string, string>> = {}): string {
  const root = mkdtempSync(join(tmpdir(), 'plinth-pack-'));
  context.after(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, text] of Object.entries({ ...REPOSITORY, ...changes })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

test('the built program runs without the sources', (context) => {
  const root = writeRepository(context);
  const build = buildProgram(root);
  for (const folder of ['kernel', 'libs', 'examples', 'apps/plinth/src']) {
    rmSync(join(root, folder), { recursive: true });
  }
  const main = join(root, 'apps/plinth/dist/apps/plinth/src/main.js');
  const output = execFileSync(process.execPath, [main], { encoding: 'utf8' });
  assert.equal(output.trim(), 'MAIN é日!|WORKER é日!|kind: ConfigMap|1.0.0');
  assert.ok(
    build.files.every((path) => !/test|unused|\.ts$/.test(path)),
    build.files.join('\n'),
  );
});

test('a file that was removed from the sources does not stay in dist', (context) => {
  const root = writeRepository(context);
  buildProgram(root);
  rmSync(join(root, 'libs/text/src/shout.ts'));
  assert.ok(!buildProgram(root).files.includes('libs/text/src/shout.js'));
  assert.throws(() => readFileSync(join(root, 'apps/plinth/dist/libs/text/src/shout.js')), {
    code: 'ENOENT',
  });
});

test('dependencies that are listed wrongly are named, and put right', (context) => {
  const root = writeRepository(context, {
    'package.json': repository({ stale: '1.0.0', own: '2.0.0' }),
    'apps/plinth/package.json': manifest('@plinth/program', {
      dependencies: { '@plinth/kernel': '1.0.0', own: '2.0.0' },
    }),
  });
  const build = buildProgram(root);
  assert.deepEqual(build.closure.external, { left: '1.0.0', own: '2.0.0' });
  assert.deepEqual(dependencyDifferences(root, build), [
    'package.json: lacks left 1.0.0',
    'package.json: lists stale, which nothing in the package uses',
  ]);
  assert.equal(syncDependencies(root, build), true);
  assert.deepEqual(dependencyDifferences(root, buildProgram(root)), []);
  assert.equal(syncDependencies(root, buildProgram(root)), false);
});

test('two versions of one npm package are refused', (context) => {
  const root = writeRepository(context, {
    'libs/text/package.json': manifest('@plinth/text', {
      exports: { '.': './src/index.ts' },
      dependencies: { left: '2.0.0' },
    }),
  });
  assert.throws(() => buildProgram(root), /left: .*2\.0\.0.*1\.0\.0/);
});

test('an import of a workspace package that is no dependency is refused', (context) => {
  const root = writeRepository(context, { 'kernel/part/extra.ts': `import '@plinth/unused';` });
  assert.throws(() => buildProgram(root), /kernel\/part\/extra\.ts: imports @plinth\/unused/);
});

test('an import of a subpath that is not exported is refused', (context) => {
  const root = writeRepository(context, { 'kernel/part/extra.ts': `import '@plinth/text/src/shout.ts';` });
  assert.throws(() => buildProgram(root), /libs\/text\/package\.json does not export \.\/src\/shout\.ts/);
});
