import assert from 'node:assert/strict';
import { test } from 'node:test';
import { docstrings } from '../src/rules/docstrings.ts';
import { tidy } from '../src/tidy.ts';
import { sampleRepository } from './sample-repository.ts';

function undocumented(files: Readonly<Record<string, string>>): string[] {
  const { findings } = tidy(sampleRepository(files), [docstrings], []);
  return findings.map(({ path, line, message }) => `${path}:${line} ${/"(.*?)"/.exec(message)?.[1]}`);
}

test('functions, classes and interfaces behind the index need a docstring', () => {
  const files = {
    'libs/text/src/index.ts': `export { trim, Trimmer } from './trim.ts';\nexport * from './wide.ts';`,
    'libs/text/src/trim.ts': [
      'export function trim(): void {}',
      '// Not a docstring.',
      'export class Trimmer {}',
      'export function unseen(): void {}',
    ].join('\n'),
    'libs/text/src/wide.ts':
      'export interface Wide {}\nexport const pad = () => 1;\nexport type Width = number;',
  };
  assert.deepEqual(undocumented(files), [
    'libs/text/src/trim.ts:1 trim',
    'libs/text/src/trim.ts:3 Trimmer',
    'libs/text/src/wide.ts:1 Wide',
    'libs/text/src/wide.ts:2 pad',
  ]);
});

test('documented declarations pass, whichever way they are exported', () => {
  const files = {
    'kernel/index.ts': `export { engine as theEngine } from './store/engine.ts';\nexport * from './store/all.ts';`,
    'kernel/store/engine.ts': '/** Makes one. */\nfunction engine(): void {}\nexport { engine };',
    'kernel/store/all.ts': [
      '/** Takes text or a number. */',
      'export function over(a: string): void;',
      'export function over(a: number): void;',
      'export function over(a: unknown): void {}',
      'export const LIMIT = 5;',
    ].join('\n'),
  };
  assert.deepEqual(undocumented(files), []);
});

test('an empty docstring and one that stands elsewhere do not count', () => {
  const files = {
    'kernel/index.ts': `export * from './store/engine.ts';`,
    'kernel/store/engine.ts':
      '/** */\nexport function a(): void {}\n/** Of c. */\nconst c = 1;\nexport class B {}',
  };
  assert.deepEqual(undocumented(files), ['kernel/store/engine.ts:2 a', 'kernel/store/engine.ts:5 B']);
});

test('modules that export each other in a circle end the search', () => {
  const files = {
    'kernel/index.ts': `export * from './a.ts';`,
    'kernel/a.ts': `export * from './b.ts';\nexport class A {}`,
    'kernel/b.ts': `export * from './a.ts';\nexport class B {}`,
  };
  assert.deepEqual(undocumented(files), ['kernel/a.ts:2 A', 'kernel/b.ts:2 B']);
});

test('what only the program or the tools export needs none', () => {
  const files = { 'tools/bench/src/index.ts': 'export function run(): void {}' };
  assert.deepEqual(undocumented(files), []);
});
