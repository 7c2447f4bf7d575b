import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Attributes } from '../../auth/port.ts';
import type { KubeObject } from '../../model/object.ts';
import type { WriteContext } from '../../model/resource-type.ts';
import { StatusError } from '../../model/status-error.ts';
import type { BuiltinServices } from '../builtin-kinds.ts';
import { nowMs, refusals, served, services, submit } from './submit.ts';

const context: WriteContext = {
  user: { username: 'jane', groups: ['ops'], uid: 'u1' },
  operation: 'create',
  subresource: '',
  nowMs,
  dryRun: false,
  warn: () => undefined,
};

async function ask(kind: string, body: Record<string, unknown>, from: BuiltinServices): Promise<KubeObject> {
  const target = served(kind, from);
  const { object } = submit(target, body);
  const answer = await target.type.strategy.answer?.(object, context);
  assert.ok(answer);
  return answer;
}

test('access reviews ask the authorizer for the right user', async () => {
  const asked: Attributes[] = [];
  const from: BuiltinServices = {
    ...services,
    authorizer: {
      authorize(attributes) {
        asked.push(attributes);
        return attributes.verb === 'get'
          ? { allowed: true, reason: 'by role x' }
          : { allowed: false, reason: '' };
      },
      rulesFor: () => [],
    },
  };
  const resourceAttributes = { verb: 'get', resource: 'secrets', namespace: 'team' };
  const self = await ask('SelfSubjectAccessReview', { spec: { resourceAttributes } }, from);
  assert.deepEqual(self['status'], { allowed: true, reason: 'by role x' });
  const path = {
    nonResourceAttributes: { path: '/metrics', verb: 'post' },
    user: 'joe',
    extra: { k: ['v'] },
  };
  const other = await ask('SubjectAccessReview', { spec: path }, from);
  assert.deepEqual(other['status'], { allowed: false });
  const local = await ask('LocalSubjectAccessReview', { spec: { resourceAttributes, groups: ['g'] } }, from);
  assert.deepEqual(local['status'], { allowed: true, reason: 'by role x' });
  const none = { group: '', resource: '', subresource: '', namespace: '', name: '' };
  assert.deepEqual(asked, [
    { ...none, user: context.user, verb: 'get', resource: 'secrets', namespace: 'team' },
    { ...none, user: { username: 'joe', groups: [], extra: { k: ['v'] } }, verb: 'post', path: '/metrics' },
    { ...none, user: { username: '', groups: ['g'] }, verb: 'get', resource: 'secrets', namespace: 'team' },
  ]);
  const elsewhere = { spec: { resourceAttributes: { ...resourceAttributes, namespace: 'x' }, user: 'joe' } };
  await assert.rejects(ask('LocalSubjectAccessReview', elsewhere, from), /must match namespace: team/);
});

test('access reviews that ask nothing, too much, or for nobody', () => {
  assert.match(refusals(served('SelfSubjectAccessReview'), { spec: {} })[0] ?? '', /exactly one of/);
  const both = { resourceAttributes: {}, nonResourceAttributes: {} };
  assert.match(
    refusals(served('SelfSubjectAccessReview'), { spec: both })[0] ?? '',
    /cannot be specified in combination/,
  );
  assert.match(
    refusals(served('SubjectAccessReview'), { spec: { resourceAttributes: {} } })[0] ?? '',
    /^spec.user: .*at least one of user or group must be specified/,
  );
  assert.match(
    refusals(served('LocalSubjectAccessReview'), { spec: { nonResourceAttributes: {} } })[0] ?? '',
    /disallowed on this kind of request/,
  );
});

test('a rules review sorts rules into resources and paths', async () => {
  const from: BuiltinServices = {
    ...services,
    authorizer: {
      authorize: () => ({ allowed: false, reason: '' }),
      rulesFor: (user, namespace) => {
        assert.deepEqual([user.username, namespace], ['jane', 'team']);
        return [
          { verbs: ['get'], apiGroups: [''], resources: ['pods'], resourceNames: ['a'] },
          { verbs: ['get'], nonResourceURLs: ['/livez'] },
        ];
      },
    },
  };
  const review = await ask('SelfSubjectRulesReview', { spec: { namespace: 'team' } }, from);
  assert.deepEqual(review['status'], {
    resourceRules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'], resourceNames: ['a'] }],
    nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/livez'] }],
    incomplete: false,
  });
  await assert.rejects(ask('SelfSubjectRulesReview', { spec: {} }, from), /no namespace on request/);
});

test('token reviews: valid, unknown, expired, none', async () => {
  const from: BuiltinServices = {
    ...services,
    authenticateToken: (token, audiences) => {
      if (token === 'old') throw new StatusError(401, 'Unauthorized', 'token has expired');
      return token === 'good' ? { user: { username: 'jane', groups: [] }, audiences } : undefined;
    },
  };
  const good = await ask('TokenReview', { spec: { token: 'good', audiences: ['vault'] } }, from);
  assert.deepEqual(good['status'], {
    authenticated: true,
    user: { username: 'jane', groups: [] },
    audiences: ['vault'],
  });
  assert.deepEqual((await ask('TokenReview', { spec: { token: 'x' } }, from))['status'], { user: {} });
  const old = await ask('TokenReview', { spec: { token: 'old' } }, from);
  assert.deepEqual(old['status'], { user: {}, error: 'token has expired' });
  await assert.rejects(ask('TokenReview', { spec: {} }, from), /token is required/);
});

test('a self review tells who the caller is', async () => {
  const review = await ask('SelfSubjectReview', {}, services);
  assert.deepEqual(review['status'], { userInfo: context.user });
});

test('a token request names the service account, audiences and life of the token', async () => {
  const from: BuiltinServices = {
    ...services,
    issueToken: (order) => ({
      token: `${order.serviceAccount.metadata.name}/${order.boundObject?.uid ?? '-'}`,
      audiences: order.audiences.length === 0 ? ['api'] : order.audiences,
      expiresAtMs: order.nowMs + order.expirationSeconds * 1000,
    }),
  };
  const account = served('ServiceAccount', from);
  const { object } = submit(account, { metadata: { name: 'ci' } });
  const action = account.type.strategy.actions?.['token'];
  assert.ok(action);
  const body = (spec: Record<string, unknown>): KubeObject => ({
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    metadata: { name: 'ci', uid: '', resourceVersion: '', creationTimestamp: '' },
    spec,
  });
  const plain = await action.run(object, body({}), context);
  assert.deepEqual(plain['spec'], { audiences: ['api'], expirationSeconds: 3600 });
  assert.deepEqual(plain['status'], { token: 'ci/-', expirationTimestamp: '2026-05-01T13:00:00Z' });
  const bound = { boundObjectRef: { kind: 'Secret', name: 's', uid: 'u9' }, audiences: ['vault'] };
  assert.deepEqual((await action.run(object, body(bound), context))['status'], {
    token: 'ci/u9',
    expirationTimestamp: '2026-05-01T13:00:00Z',
  });
  await assert.rejects(
    async () => action.run(object, body({ expirationSeconds: 60 }), context),
    /spec.expirationSeconds: Invalid value: 60: may not specify a duration less than 10 minutes/,
  );
});
