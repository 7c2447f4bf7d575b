import { equal, notEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { compilePolicy } from '../policy-program.ts';
import { programOf } from '../shared-programs.ts';

const spec = {
  variables: [{ name: 'app', expression: 'object.metadata.name' }],
  validations: [{ expression: "variables.app != 'x'", message: 'not x' }],
};

test('policies with the same expressions share one program, whatever they match', () => {
  const program = programOf(structuredClone(spec));
  equal(programOf({ ...structuredClone(spec), failurePolicy: 'Ignore', matchConstraints: {} }), program);
  notEqual(programOf({ ...spec, paramKind: { apiVersion: 'v1', kind: 'ConfigMap' } }), program);
  notEqual(programOf({ ...spec, validations: [{ expression: "variables.app != 'x'" }] }), program);
  notEqual(programOf({ ...spec, variables: [], validations: [], matchConditions: [] }), program);
});

test('names of variables are never taken for those of another policy', () => {
  const names = (...list: string[]) =>
    compilePolicy({ variables: list.map((name) => ({ name, expression: '1' })) }).program.variableNames;
  equal(names('a', 'b').get('b'), 1);
  equal(names('a,b').get('b'), undefined);
  equal(names('b', 'a').get('b'), 0);
});
