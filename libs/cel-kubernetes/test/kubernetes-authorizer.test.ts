import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  authorizerType,
  authorizerValue,
  type CelAuthorizationAttributes,
  type CelAuthorizationDecision,
  CelEnvironment,
  CostBudget,
  kubernetesLibraries,
  resourceCheckType,
  resourceCheckValue,
} from '../src/index.ts';
import { check, type Example, fails, is } from './expectation.ts';

const environment = new CelEnvironment({
  variables: { authorizer: authorizerType, 'authorizer.requestResource': resourceCheckType },
  libraries: kubernetesLibraries,
});

/** Evaluates with an authorizer that gives one answer, and tells what it was asked. */
function ask(expression: string, answer: CelAuthorizationDecision = { allowed: true, reason: 'because' }) {
  const asked: CelAuthorizationAttributes[] = [];
  const authorizer = {
    check: (attributes: CelAuthorizationAttributes) => {
      asked.push(attributes);
      return answer;
    },
  };
  const value = environment.compile(expression).evaluate(
    {
      authorizer: authorizerValue(authorizer),
      'authorizer.requestResource': resourceCheckValue(authorizer, {
        group: 'apps',
        resource: 'deployments',
        namespace: 'test',
      }),
    },
    new CostBudget(10_000_000),
  );
  return { value, asked };
}

const nothing = {
  verb: '',
  path: '',
  group: '',
  resource: '',
  subresource: '',
  namespace: '',
  name: '',
  fieldSelector: '',
  labelSelector: '',
};

const refusals: readonly Example[] = [
  ["authorizer.path('')", fails(/path must not be empty/)],
  ["authorizer.path('  ')", fails(/path must not be empty/)],
  ["authorizer.group('apps').resource('')", fails(/resource must not be empty/)],
  ["authorizer.group('apps').resource('  ')", fails(/resource must not be empty/)],
  [
    "authorizer.serviceAccount('not@a#valid!namespace', 'validname')",
    fails(/Invalid service account namespace/),
  ],
  ["authorizer.serviceAccount('valid.example.com', 'invalid@*name')", fails(/Invalid service account name/)],
  ["type(authorizer.group('')) == kubernetes.authorization.GroupCheck", is(true)],
];

describe('authorizer library', () => {
  for (const example of refusals) it(example[0], () => check(example));

  it('asks about a path', () => {
    const { value, asked } = ask("authorizer.path('/healthz').check('get').allowed()");
    assert.equal(value, true);
    assert.deepEqual(asked, [{ ...nothing, path: '/healthz', verb: 'get' }]);
  });

  it('asks about a resource with all that was said of it', () => {
    const { asked } = ask(
      "authorizer.group('apps').resource('deployments').subresource('status').namespace('test').name('backend')" +
        ".fieldSelector('spec.x=y').labelSelector('app=example').check('create').allowed()",
    );
    assert.deepEqual(asked, [
      {
        ...nothing,
        group: 'apps',
        resource: 'deployments',
        subresource: 'status',
        namespace: 'test',
        name: 'backend',
        fieldSelector: 'spec.x=y',
        labelSelector: 'app=example',
        verb: 'create',
      },
    ]);
  });

  it('asks in the name of a service account', () => {
    const { asked } = ask(
      "authorizer.serviceAccount('default', 'builder').group('').resource('pods').check('get').allowed()",
    );
    assert.deepEqual(asked[0]?.serviceAccount, { namespace: 'default', name: 'builder' });
  });

  it('begins with what the request is about', () => {
    const { asked } = ask("authorizer.requestResource.check('delete').allowed()");
    assert.deepEqual(asked, [
      { ...nothing, group: 'apps', resource: 'deployments', namespace: 'test', verb: 'delete' },
    ]);
  });

  it('tells reasons and errors', () => {
    assert.equal(ask("authorizer.path('/x').check('get').reason()").value, 'because');
    assert.equal(ask("authorizer.path('/x').check('get').errored()").value, false);
    const broken = { allowed: true, reason: '', error: 'the authorizer is away' };
    assert.equal(ask("authorizer.path('/x').check('get').errored()", broken).value, true);
    assert.equal(ask("authorizer.path('/x').check('get').error()", broken).value, 'the authorizer is away');
    assert.equal(ask("authorizer.path('/x').check('get').allowed()", broken).value, false);
  });

  it('allows two checks in one evaluation, and no third', () => {
    const one = "authorizer.path('/x').check('get').allowed()";
    assert.equal(ask(`${one} && ${one}`).value, true);
    assert.throws(() => ask(`${one} && ${one} && ${one}`), { name: 'CelCostExceeded' });
  });
});
