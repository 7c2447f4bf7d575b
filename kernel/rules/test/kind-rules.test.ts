import { deepEqual, throws } from 'node:assert/strict';
import { test } from 'node:test';
import { formatFieldError } from '@plinth/structural-schema';
import { struct } from '../../builtin/schema-fields.ts';
import { defineKind, resourceOf } from '../../model/define-kind.ts';
import type { ResourceType } from '../../model/resource-type.ts';
import { Type } from '../../model/type-builders.ts';

function range(rule: string): ResourceType {
  const rules = { 'x-kubernetes-validations': [{ rule, message: 'wrong way round' }] };
  const spec = struct('A range.', { from: Type.Integer(), to: Type.Integer() }, rules);
  return resourceOf(
    defineKind({
      group: 'plinth.dev',
      version: 'v1alpha1',
      kind: 'Range',
      plural: 'ranges',
      scope: 'Cluster',
      description: 'A Range is for tests.',
      fields: { spec },
    }),
  );
}

test('a kind of the program may have rules in its schema', () => {
  const [version] = range('self.from <= self.to').versions;
  const check = (from: number, to: number): string[] =>
    (version?.rules?.validate({ spec: { from, to } }, undefined, () => {}) ?? []).map(formatFieldError);
  deepEqual(check(1, 2), []);
  deepEqual(check(2, 1), ['spec: Invalid value: "object": wrong way round']);
});

test('a kind whose rules do not compile is not served at all', () => {
  throws(() => range('self.from <= self.until'), /the rules of Range: .*undefined field 'until'/s);
});
