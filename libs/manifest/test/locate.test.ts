import assert from 'node:assert/strict';
import { test } from 'node:test';
import { locate, parseManifests } from '../src/index.ts';

const TEXT = `# rules
apiVersion: v1
---
kind: Rules
metadata:
  labels: {app.kubernetes.io/name: x, "a b": y}
defaults: &defaults
  severity: page
spec:
  rules:
    - name: a
      expr: up
    - name: b
      expr: |
        down
      labels:
        <<: *defaults
        team: t
  copy: *defaults
`;

const CASES: [string, number, number, boolean][] = [
  ['', 4, 1, true],
  ['kind', 4, 1, true],
  ['spec.rules', 10, 3, true],
  ['spec.rules[0]', 11, 7, true],
  ['spec.rules[1].expr', 14, 7, true],
  ['.spec.rules.1.expr', 14, 7, true],
  ['$.spec.rules[1].expr', 14, 7, true],
  ['spec.rules[1].labels.severity', 8, 3, true],
  ['spec.copy.severity', 8, 3, true],
  ['metadata.labels[app.kubernetes.io/name]', 6, 12, true],
  ["metadata.labels['app.kubernetes.io/name']", 6, 12, true],
  [String.raw`metadata.labels.app\.kubernetes\.io/name`, 6, 12, true],
  ['metadata.labels["a b"]', 6, 39, true],
  ['spec.rules[7].expr', 10, 3, false],
  ['spec.rules[0].for', 11, 7, false],
  ['spec.rules[0].name.x', 11, 7, false],
  ['absent', 4, 1, false],
];

const document = parseManifests(TEXT, { file: 'f.yaml' }).documents[1];

for (const [path, line, column, exact] of CASES) {
  test(`locates ${path}`, () => {
    assert.ok(document !== undefined);
    assert.deepEqual(locate(document, path), { line, column, exact });
  });
}

test('items of a list, and documents from elsewhere', () => {
  const [item] = parseManifests('kind: List\nitems:\n- kind: A\n  spec:\n    x: 1\n', {
    file: 'f',
  }).documents;
  assert.ok(item !== undefined);
  assert.deepEqual(locate(item, 'spec.x'), { line: 5, column: 5, exact: true });
  assert.equal(locate({ value: {}, line: 1, column: 1, index: 0 }, 'a'), undefined);
});
