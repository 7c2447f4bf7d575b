import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAllowlist } from '../src/allowlist.ts';
import { RULES } from '../src/rules.ts';
import { tidy } from '../src/tidy.ts';
import { sampleRepository } from './sample-repository.ts';

const NAMES = new Set(['ports', 'banner']);
const entry = { path: 'kernel/a.ts', rule: 'ports', reason: 'The lease clock is read below the ports.' };

test('an allowance silences one rule in one file', () => {
  const repository = sampleRepository({
    'kernel/a.ts': 'Date.now();\n// -------',
    'kernel/b.ts': 'Date.now();',
  });
  const { findings, stale } = tidy(repository, RULES, parseAllowlist(JSON.stringify([entry]), NAMES));
  assert.deepEqual(
    findings.map(({ path, rule }) => `${path} ${rule}`),
    ['kernel/a.ts banner', 'kernel/b.ts ports'],
  );
  assert.deepEqual(stale, []);
});

test('an allowance that matches nothing any more is reported', () => {
  const { stale } = tidy(sampleRepository({ 'kernel/a.ts': '' }), RULES, [entry]);
  assert.deepEqual(stale, [entry]);
});

for (const [name, change, expected] of [
  ['without a reason', { reason: undefined }, /allowlist\[0\]\.reason/],
  ['with an empty excuse', { reason: 'needed' }, /"needed" is no reason/],
  ['for a rule that does not exist', { rule: 'port' }, /there is no rule "port"/],
  ['without a path', { path: '' }, /allowlist\[0\]\.path/],
] as const) {
  test(`an entry ${name} is refused`, () => {
    assert.throws(() => parseAllowlist(JSON.stringify([{ ...entry, ...change }]), NAMES), expected);
  });
}
