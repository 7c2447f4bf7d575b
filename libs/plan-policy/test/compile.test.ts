import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { type Check, compileChecks } from '../src/index.ts';
import { check } from './plan-sample.ts';

function faultsOf(...checks: readonly Check[]): readonly (readonly [string, string])[] {
  const compiled = compileChecks(checks);
  return compiled.ok ? [] : compiled.faults.map(({ field, message }) => [field, message]);
}

test('every fault of every check is told, with its field', () => {
  const odd = {
    ...check('true'),
    name: 'Not a name',
    title: 'two\nlines',
    severity: 'dreadful',
    remedy: ' ',
    resources: ['ok_*', 'not ok'],
    actions: ['create', 'paint'],
  } as unknown as Check;
  deepEqual(
    faultsOf(check('true'), odd, check('true')).map(([field]) => field),
    ['[1].name', '[1].remedy', '[1].title', '[1].severity', '[1].resources[1]', '[1].actions[1]', '[2].name'],
  );
  deepEqual(faultsOf(check('true', { actions: [] })), [
    ['[0].actions', 'must name at least one action, or be left out'],
  ]);
});

test('faults of expressions have line and column', () => {
  const faults = faultsOf(
    check('change.after.a ==\n nothing', { when: 'change.adress == ""', messageExpression: '1' }),
    check(' ', { name: 'empty' }),
    check(`"${'x'.repeat(5_000)}" == ""`, { name: 'long' }),
  );
  deepEqual(
    faults.map(([field]) => field),
    ['[0].when', '[0].assert', '[0].messageExpression', '[1].assert', '[2].assert'],
  );
  ok(faults[0]?.[1].includes("1:7: undefined field 'adress'"), faults[0]?.[1]);
  ok(faults[1]?.[1].includes("2:2: undeclared reference to 'nothing'"), faults[1]?.[1]);
  equal(faults[2]?.[1], '1:1: must evaluate to string, but is of type int');
  equal(faults[4]?.[1], 'must be at most 4096 characters');
});

test('an assertion that is no condition is refused', () => {
  equal(faultsOf(check('change.address'))[0]?.[1], '1:1: must evaluate to bool, but is of type string');
  deepEqual(faultsOf(check('change.after.enabled')), []);
});
