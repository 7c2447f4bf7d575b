import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rewriteSpecifiers } from '../src/specifiers.ts';

const upper = (specifier: string): string =>
  specifier.startsWith('./') ? specifier.toUpperCase() : specifier;

const CASES: readonly (readonly [name: string, source: string, expected: string])[] = [
  ['import', `import { a } from './a.ts';`, `import { a } from './A.TS';`],
  ['side effect', `import "./a.ts";`, `import './A.TS';`],
  ['re-export', `export { a } from './a.ts';`, `export { a } from './A.TS';`],
  ['export all', `export * from './a.ts';`, `export * from './A.TS';`],
  ['dynamic import', `await import('./a.ts');`, `await import('./A.TS');`],
  ['worker URL', `new URL('./a.ts', import.meta.url);`, `new URL('./A.TS', import.meta.url);`],
  ['resolve', `import.meta.resolve('./a.ts');`, `import.meta.resolve('./A.TS');`],
  ['after wide characters', `const x = '日本😀'; import('./a.ts');`, `const x = '日本😀'; import('./A.TS');`],
  ['two in one line', `import './a'; import './bb';`, `import './A'; import './BB';`],
];

for (const [name, source, expected] of CASES) {
  test(`rewrites ${name}`, () => {
    assert.equal(rewriteSpecifiers('x.js', source, upper), expected);
  });
}

test('leaves strings, comments and other URLs alone', () => {
  const source = `const a = './a.ts'; // import './b.ts'\nnew URL('./c.ts', base); f('./d.ts'); import 'e';`;
  assert.equal(rewriteSpecifiers('x.js', source, upper), source);
});

test('names the file that does not parse', () => {
  assert.throws(() => rewriteSpecifiers('bad.js', 'import {', upper), /bad\.js/);
});
