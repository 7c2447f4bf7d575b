import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RULES } from '../src/rules.ts';
import { tidy } from '../src/tidy.ts';
import { sampleRepository } from './sample-repository.ts';

/** Rule, file, content, and the lines that it must find there; none: it must be silent. */
type Sample = readonly [rule: string, path: string, text: string, lines: readonly number[]];

const lib = 'libs/text/src/trim.ts';
const slo = 'capabilities/slo/src/plan.ts';
const kernel = 'kernel/store/engine.ts';
const kernelTest = 'kernel/store/test/engine.test.ts';

const SAMPLES: readonly Sample[] = [
  ['syntax', lib, 'export const = 1;', [1]],

  ['arrows', lib, `import { a } from '@plinth/kernel';`, [1]],
  ['arrows', lib, `import type { A } from '@plinth/kernel';`, [1]],
  ['arrows', lib, `const a = await import('@plinth/kernel');`, [1]],
  ['arrows', lib, `type A = import('@plinth/kernel').A;`, [1]],
  ['arrows', 'libs/math/src/sum.ts', `import { a } from '@plinth/text';`, []],
  ['arrows', kernel, `\nexport { a } from '@plinth/slo';`, [2]],
  ['arrows', kernel, `import { a } from '@plinth/text';`, []],
  ['arrows', 'capabilities/cost/src/plan.ts', `import { a } from '@plinth/slo';`, [1]],
  ['arrows', 'capabilities/cost/test/plan.test.ts', `import { a } from '@plinth/slo';`, [1]],
  ['arrows', slo, `import { a } from '@plinth/kernel';`, []],
  ['arrows', slo, `import { a } from '@plinth/kernel/store/engine.ts';`, [1]],
  ['arrows', slo, `import { a } from '@plinth/kernel/deep';`, [1]],
  ['arrows', kernel, `import { a } from '@plinth/text/src/trim.ts';`, [1]],
  ['arrows', kernel, `import { a } from '@plinth/text/wide';`, []],
  ['arrows', slo, `import { a } from '../../../kernel/store/engine.ts';`, [1]],
  ['arrows', slo, `import { a } from '../../cost/src/plan.ts';`, [1]],
  ['arrows', slo, `new Worker(new URL('../../cost/src/worker.ts', import.meta.url));`, [1]],
  ['arrows', 'tools/bench/main.ts', `new URL('../../apps/plinth/bin/plinth.js', import.meta.url);`, []],
  ['arrows', 'tools/bench/main.ts', `import '../../apps/plinth/bin/plinth.js';`, [1]],
  ['arrows', kernelTest, `import { a } from '../../model/object.ts';`, []],
  ['arrows', 'tools/bench/main.ts', `import { a } from '@plinth/kernel';`, []],

  ['dependencies', kernel, `import { a } from 'left-pad';`, [1]],
  ['dependencies', kernel, `import { a } from '@scope/left/part';`, [1]],
  ['dependencies', kernel, `import { a } from 'fs';`, [1]],
  ['dependencies', kernel, `import { a } from 'node:fs';`, []],
  ['dependencies', kernel, `import fc from 'fast-check';`, [1]],
  ['dependencies', kernelTest, `import fc from 'fast-check';`, []],
  ['dependencies', kernel, `import { a } from '@plinth/text';`, []],
  ['dependencies', kernel, `import { a } from '@plinth/math';`, [1]],
  ['dependencies', 'apps/plinth/src/main.ts', `import { a } from '@plinth/kernel';`, []],
  ['dependencies', 'conformance/kubectl/get.test.ts', `import { a } from '@plinth/kernel';`, []],

  ['file-name', 'kernel/store/utils.ts', '', [1]],
  ['file-name', 'kernel/store/types.d.ts', '', [1]],
  ['file-name', 'kernel/helpers/engine.ts', '', [1]],
  ['file-name', 'kernel/store/test/common.test.ts', '', [1]],
  ['file-name', 'kernel/store/objectLog.ts', '', [1]],
  ['file-name', 'kernel/store/object-log.test.ts', '', []],

  ['index', 'kernel/index.ts', `export { a } from './a.ts';\nexport const b = 1;`, [2]],
  ['index', 'kernel/index.ts', `import { a } from './a.ts';`, [1]],
  ['index', 'kernel/index.ts', `export { a } from './a.ts';\nexport * from './b.ts';`, []],

  ['type-name', kernel, 'class QueueManager {}', [1]],
  ['type-name', kernel, 'interface IStore {}', [1]],
  ['type-name', kernel, 'type StoreImpl = string;', [1]],
  ['type-name', kernel, 'abstract class BaseStore {}', [1]],
  ['type-name', kernel, 'interface IPAddress {}\nclass Import {}\ntype IOLimit = 1;', []],

  ['capability-shape', 'capabilities/slo/src/index.ts', '', [1]],
  ['capability-shape', 'capabilities/slo/src/route.ts', '', [1]],
  ['capability-shape', 'capabilities/slo/lib/plan.ts', '', [1]],
  ['capability-shape', slo, '', []],
  ['capability-shape', 'capabilities/slo/src/burn-rate.ts', '', []],

  ['file-length', kernel, 'a;\n'.repeat(501), [1]],
  ['file-length', kernel, 'a;\n'.repeat(500), []],

  ['function-length', kernel, `function f() {${'\n'.repeat(70)}}`, [1]],
  ['function-length', kernel, `function f() {${'\n'.repeat(69)}}`, []],
  ['function-length', kernel, `\nconst f = () => {${'\n'.repeat(70)}};`, [2]],
  ['function-length', kernel, `class A {\n  async f() {${'\n'.repeat(70)}}\n}`, [2]],
  ['function-length', kernelTest, `describe('a', () => {${'\n'.repeat(70)}});`, []],
  ['function-length', kernelTest, `function engineSuite(): void {\ntest('a', f);${'\n'.repeat(70)}}`, []],
  ['function-length', kernelTest, `test('a', () => {${'\n'.repeat(70)}});`, [1]],

  ['ports', slo, 'const a = Date.now();', [1]],
  ['ports', slo, 'const a = new Date();', [1]],
  ['ports', slo, 'const a = Date();', [1]],
  ['ports', slo, 'const a = new Date(now);', []],
  ['ports', slo, 'setTimeout(f, 1);', [1]],
  ['ports', slo, 'const a = promisify(setTimeout);', [1]],
  ['ports', slo, 'const a = { setTimeout };', [1]],
  ['ports', slo, 'globalThis.setInterval(f, 1);', [1]],
  ['ports', slo, 'const a = Math.random();', [1]],
  ['ports', slo, `await fetch('https://a');`, [1]],
  ['ports', slo, 'AbortSignal.timeout(1);', [1]],
  ['ports', slo, `import { setTimeout } from 'node:timers/promises';`, [1]],
  ['ports', slo, 'clock.setTimeout(f, 1); outbound.fetch(a); const b = { fetch: c };', []],
  ['ports', slo, 'interface Port { fetch(url: string): void; setTimeout: number }', []],
  ['ports', slo, 'function f({ fetch }: Port): void { fetch(a); }', []],
  ['ports', slo, 'function f(fetch: Port): void { fetch(a); }', []],
  ['ports', 'kernel/ports/clock.ts', 'const a = Date.now();', []],
  ['ports', 'apps/plinth/src/main.ts', 'const a = Date.now();', []],
  ['ports', kernelTest, 'const a = Date.now();', []],

  ['pure-library', lib, `import { readFileSync } from 'node:fs';`, [1]],
  ['pure-library', lib, `import { Socket } from 'node:net';`, [1]],
  ['pure-library', lib, `import { isIPv4 } from 'node:net';`, []],
  ['pure-library', lib, '// as the Plinth kernel wants it', [1]],
  ['pure-library', 'libs/text/test/trim.test.ts', `import { readFileSync } from 'node:fs';`, []],

  ['named-exports', kernel, 'export default 1;', [1]],
  ['named-exports', kernel, 'const a = 1;\nexport { a as default };', [2]],
  ['named-exports', kernel, 'export const a = 1;', []],

  ['type-escape', kernel, 'const a = b as any;', [1]],
  ['type-escape', kernel, 'const a = b!;', [1]],
  ['type-escape', kernel, 'class A { b!: string }', [1]],
  ['type-escape', kernel, 'let a!: string;', [1]],
  ['type-escape', kernel, 'const a = JSON.parse(b) as Config;', [1]],
  ['type-escape', kernel, 'const a = (await response.json()) as Config;', [1]],
  ['type-escape', kernel, 'const a = JSON.parse(b) as unknown;', []],
  ['type-escape', kernel, '// @ts-ignore\nconst a = 1;', [1]],
  ['type-escape', kernel, 'const a = !b; const c = d as const; const e = b !== c;', []],

  ['swallowed-error', kernel, 'try { f(); } catch {}', [1]],
  ['swallowed-error', kernel, 'f().catch(() => {});', [1]],
  ['swallowed-error', kernel, 'try { f(); } catch {\n  // Gone already is as good.\n}', []],
  ['swallowed-error', kernel, 'try { f(); } catch (error) { report(error); }', []],

  ['error-text', kernel, `if (error.message.includes('busy')) f();`, [1]],
  ['error-text', kernel, `if (/busy/.test(error.message)) f();`, [1]],
  ['error-text', kernel, `if (cause.message === 'busy') f();`, [1]],
  ['error-text', kernel, `if (event.message === 'busy' || error.code === 'BUSY') f();`, []],
  ['error-text', kernelTest, `assert.ok(error.message.includes('busy'));`, []],

  ['sleep', kernelTest, 'await new Promise((resolve) => setTimeout(resolve, 100));', [1]],
  ['sleep', kernelTest, 'await new Promise((resolve) => { setTimeout(resolve, 100); });', [1]],
  ['sleep', kernelTest, `import { setTimeout } from 'node:timers/promises';`, [1]],
  ['sleep', kernelTest, 'await new Promise((resolve) => server.once("close", resolve));', []],

  ['skip', kernelTest, `test.only('a', () => {});`, [1]],
  ['skip', kernelTest, `test.skip('a', () => {});`, [1]],
  ['skip', kernelTest, `test('a', { skip: true }, () => {});`, [1]],
  ['skip', kernelTest, `test('a', { skip: kubectl === undefined && 'no kubectl on PATH' }, () => {});`, []],

  ['open-work', kernel, '\n// TODO: later', [2]],
  ['open-work', kernel, '/*\n * FIXME\n */', [2]],
  ['open-work', kernel, '// TODO(#12): later', []],
  ['open-work', kernel, `const a = 'TODO';`, []],

  ['banner', kernel, '// ------ store ------', [1]],
  ['banner', kernel, '// a -> b, a --- b', []],
];

for (const [rule, path, text, lines] of SAMPLES) {
  const excerpt = text.length > 70 ? `${text.slice(0, 70)}…` : text;
  test(`${rule} ${lines.length === 0 ? 'accepts' : 'finds'} ${path}: ${JSON.stringify(excerpt)}`, () => {
    const { findings } = tidy(sampleRepository({ [path]: text }), RULES, []);
    assert.deepEqual(
      findings.filter((finding) => finding.rule === rule).map(({ line }) => line),
      lines,
      JSON.stringify(findings, null, 2),
    );
    for (const { remedy, message } of findings) assert.ok(remedy !== '' && message !== '');
  });
}

test('every rule has a sample that it finds and one that it accepts', () => {
  const names = (isAccepted: boolean): Set<string> =>
    new Set(SAMPLES.filter(([, , , lines]) => (lines.length === 0) === isAccepted).map(([rule]) => rule));
  const elsewhere = ['docstring'];
  const all = RULES.map((rule) => rule.name).filter((name) => !elsewhere.includes(name));
  assert.deepEqual(
    all.filter((name) => !names(false).has(name)),
    [],
  );
  assert.deepEqual(
    all.filter((name) => !names(true).has(name)),
    ['syntax'],
  );
});
