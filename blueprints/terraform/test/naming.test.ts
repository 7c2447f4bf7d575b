import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testModule } from './module-test.ts';
import { Blueprints, skipReason } from './terraform.ts';

testModule('naming');

test('all configurations are formatted', { skip: skipReason('terraform') }, async (t) => {
  const { exitCode, text } = await new Blueprints(t).run('', 'fmt', '-check', '-recursive', '-diff');
  assert.equal(exitCode, 0, text);
});
