import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { findPackages, listFiles } from '@plinth/repository';
import { recordOf } from '../src/json.ts';

const root = join(import.meta.dirname, '../../..');
const readme = read('README.md');
const scripts = new Set(Object.keys(recordOf(recordOf(JSON.parse(read('package.json')))['scripts'])));

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

function namesIn(module: unknown): string[] {
  return typeof module === 'object' && module !== null ? Object.keys(module) : [];
}

/** The scripts of package.json that a page tells its reader to run. */
function scriptsNamedIn(text: string): string[] {
  const named = [...text.matchAll(/\bnpm run ([a-z][\w:-]*)/g)].map((match) => match[1] ?? '');
  if (/\bnpm (test|t)\b/.test(text)) named.push('test');
  if (/\bnpm start\b/.test(text)) named.push('start');
  return [...new Set(named)];
}

test('the README has the two commands, and they exist', () => {
  assert.match(readme, /^npm ci && npm start$/m);
  assert.match(readme, /^npm ci && npm test$/m);
  assert.ok(scripts.has('start') && scripts.has('test'));
});

test('every script that a document names is in package.json', () => {
  for (const page of listFiles(root, '', (path) => path.endsWith('.md'))) {
    for (const name of scriptsNamedIn(read(page))) {
      assert.ok(scripts.has(name), `${page} says "npm run ${name}", which package.json does not have`);
    }
  }
});

test('the session of the README has what its picture shows', () => {
  const shown = read('docs/images/quickstart.txt').match(/^\$ .*$/gm) ?? [];
  assert.ok(shown.length > 2);
  for (const command of shown) assert.ok(readme.includes(`\n${command}\n`), `README.md has no "${command}"`);
});

test('the documents name the Kubernetes release that the server names', () => {
  const source = read('kernel/api/cluster-api.ts');
  const [, major, minor] = /kubernetesVersion = \{ major: '(\d+)', minor: '(\d+)' \}/.exec(source) ?? [];
  for (const page of listFiles(root, '', (path) => path.endsWith('.md'))) {
    for (const [, named] of read(page).matchAll(/\bKubernetes (\d+\.\d+)\b/g)) {
      assert.equal(named, `${major}.${minor}`, page);
    }
  }
});

test('what the README names as evidence is there', () => {
  const section = /^## What works today$([\s\S]*?)^## /m.exec(readme)?.[1] ?? '';
  const paths = [...section.matchAll(/`((?:apps|capabilities|kernel|libs|tools)\/[^`]*)`/g)].map(
    (match) => match[1] ?? '',
  );
  assert.ok(paths.length >= 10, `only ${paths.length} paths are named`);
  for (const path of paths)
    assert.ok(existsSync(join(root, path)), `README names ${path}, which is not there`);
});

test('a README with an example has a test that runs it', () => {
  for (const { folder } of findPackages(root)) {
    const path = `${folder}/README.md`;
    if (!existsSync(join(root, path)) || !/^```ts$/m.test(read(path))) continue;
    const tests = listFiles(root, `${folder}/test`, (file) => file.endsWith('.test.ts'));
    const runs = tests.some((file) => read(file).includes('README.md'));
    assert.ok(runs, `${path} shows TypeScript that no test in ${folder}/test runs`);
  }
});

test('a README quotes only names that its library offers', async () => {
  for (const { folder, manifest } of findPackages(root).filter((one) => one.folder.startsWith('libs/'))) {
    const text = read(`${folder}/README.md`).replaceAll(/^```[\s\S]*?^```/gm, '');
    const called = new Set([...text.matchAll(/`(?:new )?([a-zA-Z]\w+)\(/g)].map((match) => match[1] ?? ''));
    const offered: unknown = await import(manifest.name);
    const names = new Set(namesIn(offered));
    for (const name of called)
      assert.ok(names.has(name), `${folder}/README.md names ${name}(), which is not exported`);
  }
});

test('every tool that a document tells to run is there', () => {
  for (const page of listFiles(root, '', (path) => path.endsWith('.md'))) {
    for (const [, path = ''] of read(page).matchAll(/\bnode ((?:tools|apps)\/[\w./-]+\.[jt]s)/g)) {
      assert.ok(existsSync(join(root, path)), `${page} says "node ${path}", which is not there`);
    }
  }
});
