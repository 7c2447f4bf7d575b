import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WriteContext } from '../../model/resource-type.ts';
import { refusals, served, submit, table } from './submit.ts';

test('a namespace gets its finalizer, phase and name label', () => {
  const namespace = served('Namespace');
  const { object } = submit(namespace, { metadata: { name: 'team', labels: { a: 'b' } }, spec: null });
  assert.deepEqual(object['spec'], { finalizers: ['kubernetes'] });
  assert.deepEqual(object['status'], { phase: 'Active' });
  assert.deepEqual(object.metadata.labels, { a: 'b', 'kubernetes.io/metadata.name': 'team' });
  assert.deepEqual(table(namespace, object), {
    heads: ['Name', 'Status', 'Age'],
    cells: ['team', 'Active', '60m'],
  });
});

test('only /finalize frees a namespace', () => {
  const namespace = served('Namespace');
  const { object: old } = submit(namespace, { metadata: { name: 'team' } });
  const replaced = submit(namespace, { ...old, spec: {} }, { old });
  assert.deepEqual(replaced.object['spec'], { finalizers: ['kubernetes'] });
  const finalized = submit(namespace, { ...old, spec: {} }, { old, subresource: 'finalize' });
  assert.deepEqual(finalized.object['spec'], {});
});

test('namespaces: bad names, bad finalizers, a phase that does not fit, protected ones', () => {
  const namespace = served('Namespace');
  assert.match(
    refusals(namespace, { metadata: { name: 'Team_1' } })[0] ?? '',
    /^metadata.name: .*RFC 1123 label/,
  );
  assert.match(refusals(namespace, { metadata: { name: 'a.b' } })[0] ?? '', /must not contain dots/);
  assert.match(refusals(namespace, { spec: { finalizers: ['a b'] } })[0] ?? '', /^spec.finalizers\[0\]: /);
  const { object: old } = submit(namespace, {});
  const status = { phase: 'Terminating' };
  assert.deepEqual(refusals(namespace, { ...old, status }, { old, subresource: 'status' }), [
    'status.phase: Invalid value: "Terminating": may only be \'Active\' if `deletionTimestamp` is empty',
  ]);
  const context: WriteContext = {
    user: { username: 'u', groups: [] },
    operation: 'delete',
    subresource: '',
    nowMs: 0,
    dryRun: false,
    warn: () => undefined,
  };
  const named = { ...old, metadata: { ...old.metadata, name: 'kube-system' } };
  assert.throws(
    () => namespace.type.strategy.admit?.(named, undefined, context),
    /namespaces "kube-system" is forbidden: this namespace may not be deleted/,
  );
  namespace.type.strategy.admit?.(old, undefined, context);
});

test('a config map: keys, doubles, size, base64', () => {
  const configMap = served('ConfigMap');
  const data = { 'a.b': '1', c: 'ü' };
  const { object } = submit(configMap, { data, binaryData: { d: 'AAEC' } });
  assert.deepEqual(table(configMap, object), {
    heads: ['Name', 'Data', 'Age'],
    cells: ['subject', 3, '60m'],
  });
  assert.deepEqual(refusals(configMap, { data: { 'a/b': '', '..': '', '..x': '', '.': '' } }).length, 4);
  assert.deepEqual(refusals(configMap, { data: { a: '' }, binaryData: { a: '' } }), [
    'data[a]: Invalid value: "a": duplicate of key present in binaryData',
  ]);
  assert.match(refusals(configMap, { binaryData: { a: 'A' } })[0] ?? '', /^binaryData/);
  const half = 'x'.repeat(512 * 1024);
  assert.deepEqual(refusals(configMap, { data: { a: half, b: half } }), []);
  assert.deepEqual(refusals(configMap, { data: { a: half, b: `${half}x` } }), [
    'data: Too long: may not be more than 1048576 bytes',
  ]);
  assert.match(refusals(configMap, { data: { a: 'ü'.repeat(600 * 1024) } })[0] ?? '', /^data: Too long/);
  assert.match(refusals(configMap, { data: { a: 1 } })[0] ?? '', /^data\.?\[?a/);
  assert.match(refusals(configMap, { dota: {} })[0] ?? '', /unknown field "dota"/);
});

test('an immutable config map stays as it is', () => {
  const configMap = served('ConfigMap');
  const { object: old } = submit(configMap, { data: { a: '1' }, immutable: true });
  assert.deepEqual(
    refusals(configMap, { ...old, metadata: { ...old.metadata, labels: { x: 'y' } } }, { old }),
    [],
  );
  const changed = { ...old, data: { a: '2' }, binaryData: { b: '' }, immutable: false };
  const why = 'Forbidden: field is immutable when `immutable` is set';
  assert.deepEqual(refusals(configMap, changed, { old }), [
    `immutable: ${why}`,
    `data: ${why}`,
    `binaryData: ${why}`,
  ]);
});

test('a secret: stringData goes into data, the type is Opaque and cannot change', () => {
  const secret = served('Secret');
  const { object } = submit(secret, { data: { a: 'MQ==', b: 'Mg==' }, stringData: { b: 'zwei', c: 'ü' } });
  assert.deepEqual(object['data'], { a: 'MQ==', b: 'endlaQ==', c: 'w7w=' });
  assert.equal(object['stringData'], undefined);
  assert.equal(object['type'], 'Opaque');
  assert.deepEqual(table(secret, object), {
    heads: ['Name', 'Type', 'Data', 'Age'],
    cells: ['subject', 'Opaque', 3, '60m'],
  });
  assert.deepEqual(refusals(secret, { ...object, type: 'x' }, { old: object }), [
    'type: Invalid value: "x": field is immutable',
  ]);
  assert.deepEqual(submit(secret, { ...object, type: undefined }, { old: object }).object['type'], 'Opaque');
});

test('well-known types of secrets require their keys, and no message shows a value', () => {
  const secret = served('Secret');
  const cases: [string, Record<string, string>, string[]][] = [
    ['kubernetes.io/tls', {}, ['data[tls.crt]: Required value', 'data[tls.key]: Required value']],
    ['kubernetes.io/tls', { 'tls.crt': '', 'tls.key': '' }, []],
    ['kubernetes.io/basic-auth', {}, ['data[username]: Required value', 'data[password]: Required value']],
    ['kubernetes.io/basic-auth', { password: 'cA==' }, []],
    ['kubernetes.io/ssh-auth', { 'ssh-privatekey': '' }, ['data[ssh-privatekey]: Required value']],
    ['kubernetes.io/dockerconfigjson', {}, ['data[.dockerconfigjson]: Required value']],
    [
      'kubernetes.io/dockerconfigjson',
      { '.dockerconfigjson': 'eyJ9' },
      ['data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": must be JSON'],
    ],
    ['kubernetes.io/dockercfg', { '.dockercfg': 'e30=' }, []],
    [
      'kubernetes.io/service-account-token',
      {},
      ['metadata.annotations[kubernetes.io/service-account.name]: Required value'],
    ],
  ];
  for (const [type, data, expected] of cases)
    assert.deepEqual(refusals(secret, { type, data }), expected, type);
  const [message = ''] = refusals(secret, { data: { a: 'hunter2!' } });
  assert.match(message, /^data\[a\]: .*base64/);
  assert.doesNotMatch(message, /hunter2/);
});

test('a lease: durations and transitions have bounds', () => {
  const lease = served('Lease');
  const spec = { holderIdentity: 'p1', leaseDurationSeconds: 15, renewTime: '2026-05-01T11:00:00.000000Z' };
  const { object } = submit(lease, { spec });
  assert.deepEqual(table(lease, object), {
    heads: ['Name', 'Holder', 'Age'],
    cells: ['subject', 'p1', '60m'],
  });
  assert.deepEqual(
    refusals(lease, { spec: { leaseDurationSeconds: 0, leaseTransitions: -1, preferredHolder: 'x' } }),
    [
      'spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0',
      'spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0',
      'spec.preferredHolder: Forbidden: may only be specified when `strategy` is defined',
    ],
  );
});
