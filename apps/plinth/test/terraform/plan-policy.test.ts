import { deepEqual, equal, match } from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { infraCapability } from '@plinth/infra';
import { formatTime } from '@plinth/kernel';
import { listAt, textAt } from '../harness/https-client.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';

const policiesPath = '/apis/plinth.dev/v1alpha1/planpolicies';
const waiversPath = '/apis/plinth.dev/v1alpha1/namespaces/default/planwaivers';
const dayMs = 24 * 60 * 60 * 1_000;

function policy(name: string, check: object, more: object = {}): object {
  const base = {
    name: 'encrypted',
    title: 'It is encrypted.',
    severity: 'high',
    remedy: 'Encrypt it.',
    assert: 'change.after.encrypted',
  };
  return {
    apiVersion: 'plinth.dev/v1alpha1',
    kind: 'PlanPolicy',
    metadata: { name },
    spec: { checks: [{ ...base, ...check }], ...more },
  };
}

function waiver(name: string, days: number, more: object = {}): object {
  const expiresAt = formatTime(Date.now() + days * dayMs);
  return {
    apiVersion: 'plinth.dev/v1alpha1',
    kind: 'PlanWaiver',
    metadata: { name },
    spec: { check: 'encrypted', address: '*', reason: 'because', expiresAt, ...more },
  };
}

describe('policies on plans of Terraform, over the API', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer({ capabilities: [infraCapability] });
  });
  after(async () => {
    await server.close();
    deepEqual(server.faults, []);
  });

  test('are stored when they are right', async () => {
    const stored = await server.admin.post(policiesPath, policy('good', {}));
    equal(stored.status, 201, stored.text);
    const row = await server.admin.get(policiesPath, {
      accept: 'application/json;as=Table;g=meta.k8s.io;v=v1',
    });
    deepEqual(listAt(row.json, 'rows', 0, 'cells').slice(0, 4), ['good', 1, 'critical,high', 'warn']);
  });

  test('are refused with the field, and in expressions with line and column', async () => {
    const refused = async (object: object): Promise<readonly string[]> => {
      const { status, json } = await server.admin.post(policiesPath, object);
      equal(status, 422);
      return listAt(json, 'details', 'causes').map(
        (one) => `${textAt(one, 'field')}: ${textAt(one, 'message')}`,
      );
    };
    const [fault = ''] = await refused(policy('bad', { assert: 'change.after.x &&\n chang.address == ""' }));
    match(fault, /^spec\.checks\[0\]\.assert: .*2:2: undeclared reference to 'chang'/s);
    match((await refused(policy('bad', { severity: 'dire' }))).join(), /spec\.checks\[0\]\.severity/);
    match((await refused(policy('bad', { actions: ['paint'] }))).join(), /spec\.checks\[0\]\.actions\[0\]/);
    match((await refused(policy('bad', {}, { unknown: 'maybe' }))).join(), /spec\.unknown/);
    match((await refused(policy('bad', {}, { enforcement: { high: 'shout' } }))).join(), /enforcement\.high/);
  });

  test('can be waived for a year at most, and a waiver cannot be prolonged beyond it', async () => {
    equal((await server.admin.post(waiversPath, waiver('short', 30))).status, 201);
    const long = await server.admin.post(waiversPath, waiver('long', 400));
    equal(long.status, 422);
    match(textAt(long.json, 'message'), /spec\.expiresAt.*at most 366 days/);
    equal((await server.admin.post(waiversPath, waiver('past', -1))).status, 422);
    const patch = { spec: { expiresAt: formatTime(Date.now() + 400 * dayMs) } };
    const prolonged = await server.admin.patch(`${waiversPath}/short`, patch, 'application/merge-patch+json');
    equal(prolonged.status, 422);
    equal((await server.admin.post(waiversPath, waiver('silent', 1, { reason: '' }))).status, 422);
    equal((await server.admin.post(waiversPath, waiver('timeless', 1, { expiresAt: 'soon' }))).status, 422);
  });

  test('are waived by nobody who was not told so, not even by the administrators of a namespace', async () => {
    for (const role of ['edit', 'admin']) {
      const bound = await server.admin.post(
        '/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings',
        {
          apiVersion: 'rbac.authorization.k8s.io/v1',
          kind: 'RoleBinding',
          metadata: { name: role },
          roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
          subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: role }],
        },
      );
      equal(bound.status, 201, bound.text);
      const client = server.as(role);
      equal((await client.get(waiversPath)).status, 200);
      equal((await client.post(waiversPath, waiver(role, 1))).status, 403);
    }
  });
});
