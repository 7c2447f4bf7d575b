import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JSONSchemaProps } from '@plinth/structural-schema';
import { resourceOf } from '../../model/define-kind.ts';
import { isObject } from '../../model/json.ts';
import { builtinKinds } from '../builtin-kinds.ts';
import { refusals, served, services, submit, table } from './submit.ts';

const kinds = builtinKinds(services);

/** Paths of all fields below `schema` that `kubectl explain` would show without a description. */
function undescribed(schema: JSONSchemaProps, path: string, found: string[]): void {
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    const at = `${path}.${name}`;
    if (!field.description && name !== 'metadata') found.push(at);
    undescribed(field, at, found);
  }
  if (isObject(schema.items)) undescribed(schema.items, `${path}[]`, found);
}

test('every field of every built-in kind is described', () => {
  const found: string[] = [];
  for (const kind of kinds) {
    const [version] = resourceOf(kind).versions;
    assert.ok(version);
    undescribed(version.schema.openapi(), kind.kind, found);
  }
  assert.deepEqual(found, []);
});

test('the built-in resources, their short names and verbs', () => {
  const lines = kinds.map(resourceOf).map((type) => {
    const verbs = type.verbs.length === 1 ? ` ${type.verbs[0]} only` : '';
    return `${[type.resource, type.group].filter(Boolean).join('.')} ${type.shortNames.join(',')}${verbs}`.trim();
  });
  assert.deepEqual(lines, [
    'namespaces ns',
    'configmaps cm',
    'secrets',
    'events ev',
    'serviceaccounts sa',
    'leases.coordination.k8s.io',
    'services svc',
    'endpoints ep',
    'endpointslices.discovery.k8s.io',
    'roles.rbac.authorization.k8s.io',
    'clusterroles.rbac.authorization.k8s.io',
    'rolebindings.rbac.authorization.k8s.io',
    'clusterrolebindings.rbac.authorization.k8s.io',
    'selfsubjectaccessreviews.authorization.k8s.io  create only',
    'subjectaccessreviews.authorization.k8s.io  create only',
    'localsubjectaccessreviews.authorization.k8s.io  create only',
    'selfsubjectrulesreviews.authorization.k8s.io  create only',
    'tokenreviews.authentication.k8s.io  create only',
    'selfsubjectreviews.authentication.k8s.io  create only',
    'customresourcedefinitions.apiextensions.k8s.io crd,crds',
  ]);
});

test('a service account counts its secrets; unknown fields are named', () => {
  const account = served('ServiceAccount');
  const { object } = submit(account, { secrets: [{ name: 'a' }, { name: 'b' }], imagePullSecrets: null });
  assert.deepEqual(table(account, object), {
    heads: ['Name', 'Secrets', 'Age'],
    cells: ['subject', 2, '60m'],
  });
  assert.match(refusals(account, { secrets: [{ nome: 'a' }] })[0] ?? '', /unknown field "secrets\[0\].nome"/);
  assert.match(
    refusals(account, { automountServiceAccountToken: 'yes' })[0] ?? '',
    /^automountServiceAccountToken: /,
  );
});
