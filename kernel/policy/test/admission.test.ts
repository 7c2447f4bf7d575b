import { deepEqual, equal, match } from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import { configMap, configMaps, PolicyWorld } from './policy-world.ts';

const noRed = { expression: "object.data.?color.orValue('') != 'red'", message: 'no red' };
const deny = (expression: string): object => ({ validations: [{ expression }] });
const all = (operations: readonly string[], resources: readonly string[] = ['configmaps']): object => ({
  matchConstraints: { resourceRules: [{ ...configMaps, operations, resources, apiGroups: ['*'] }] },
});

describe('a policy in force', () => {
  let world: PolicyWorld;
  beforeEach(async () => {
    world = await PolicyWorld.start();
  });

  test('denies what breaks a rule, in the words of Kubernetes, from its commit on', async () => {
    equal((await world.write(configMap('before', { color: 'red' }))).error, undefined);
    await world.policy('colors', { validations: [noRed] });
    const { error } = await world.write(configMap('one', { color: 'red' }));
    equal(error?.code, 422);
    equal(error.reason, 'Invalid');
    const said = "ValidatingAdmissionPolicy 'colors' with binding 'colors' denied request: no red";
    equal(error.message, `configmaps "one" is forbidden: ${said}`);
    deepEqual(error.details, { name: 'one', kind: 'configmaps', causes: [{ reason: '', message: said }] });
    equal((await world.write(configMap('one', { color: 'blue' }))).error, undefined);
    const policy = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy' };
    equal((await world.remove({ ...policy, metadata: { name: 'colors' } })).error, undefined);
    equal((await world.write(configMap('two', { color: 'red' }))).error, undefined);
  });

  test('does nothing while no binding names it, and nothing where its binding does not reach', async () => {
    await world.namespace('prod', { env: 'prod' });
    await world.policy(
      'colors',
      { validations: [noRed] },
      { matchResources: { namespaceSelector: { matchLabels: { env: 'prod' } } } },
    );
    const red = (namespace: string) => world.write(configMap('one', { color: 'red' }, { namespace }));
    equal((await red('default')).error, undefined);
    equal((await red('prod')).error?.code, 422);
    const bound = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicyBinding' };
    await world.remove({ ...bound, metadata: { name: 'colors' } });
    equal((await red('prod')).error, undefined);
  });

  for (const [reason, code] of [
    ['Forbidden', 403],
    ['RequestEntityTooLarge', 413],
    ['Invalid', 422],
  ] as const) {
    test(`answers with the reason ${reason}`, async () => {
      await world.policy('p', { validations: [{ expression: 'false', reason }] });
      const { error } = await world.write(configMap('one'));
      deepEqual([error?.code, error?.reason], [code, reason]);
      match(error?.message ?? '', /denied request: failed expression: false$/);
    });
  }

  test('makes its message by an expression, and falls back where that fails or is empty', async () => {
    const cases: readonly [string, string][] = [
      ["'found ' + object.data.color", 'found red'],
      ['object.data.missing', 'fixed'],
      ["''", 'fixed'],
      ["'a\\nb'", 'fixed'],
    ];
    for (const [messageExpression, expected] of cases) {
      await world.policy('p', {
        validations: [{ expression: 'false', message: 'fixed', messageExpression }],
      });
      const { error } = await world.write(configMap('one', { color: 'red' }));
      equal(error?.details?.causes?.[0]?.message.split('denied request: ')[1], expected, messageExpression);
    }
  });

  test('judges updates and patches with the object as it was, deletes without one, and dry runs as the rest', async () => {
    await world.policy('p', {
      ...all(['CREATE', 'UPDATE', 'DELETE']),
      validations: [
        {
          expression: "request.operation != 'CREATE' || (object != null && oldObject == null)",
          message: 'a create has no old object',
        },
        {
          expression:
            "request.operation != 'DELETE' || (object == null && oldObject.data.?kept.orValue('') != 'yes')",
          message: 'kept',
        },
        {
          expression: "request.operation != 'UPDATE' || object.data.size == oldObject.data.size",
          message: 'size is immutable',
        },
      ],
    });
    await world.must(configMap('one', { size: '1', kept: 'yes' }));
    match((await world.write(configMap('one', { size: '2' }))).error?.message ?? '', /size is immutable/);
    const patched = await world.patch(configMap('one'), { data: { size: '3' } }, { dryRun: true });
    match(patched.error?.message ?? '', /size is immutable/);
    match((await world.remove(configMap('one'), { dryRun: true })).error?.message ?? '', /kept/);
    match((await world.remove(configMap('one'))).error?.message ?? '', /kept/);
    equal((await world.patch(configMap('one'), { data: { kept: 'no' } })).error, undefined);
    equal((await world.remove(configMap('one'))).error, undefined);
  });

  test('judges a status and a scale by subresources of their own', async () => {
    world.serve('shop.dev/v1', 'Machine', 'machines');
    const machine = {
      apiVersion: 'shop.dev/v1',
      kind: 'Machine',
      metadata: { name: 'm', namespace: 'default' },
      spec: { replicas: 1 },
    };
    await world.must(machine);
    await world.policy('status', {
      ...all(['UPDATE'], ['machines/status']),
      ...deny("object.kind == 'Machine' && object.status.phase == 'Up' && request.subResource == 'status'"),
    });
    await world.policy('scale', {
      ...all(['*'], ['machines/scale']),
      ...deny("object.kind == 'Scale' && request.kind.group == 'autoscaling' && object.spec.replicas <= 3"),
    });
    const status = (phase: string) => world.patch(machine, { status: { phase } }, { subresource: 'status' });
    equal((await status('Up')).error, undefined);
    match((await status('Down')).error?.message ?? '', /policy|Policy 'status'/);
    const scale = (replicas: number) =>
      world.patch(machine, { spec: { replicas } }, { subresource: 'scale' });
    equal((await scale(3)).error, undefined);
    match((await scale(4)).error?.message ?? '', /Policy 'scale'/);
    equal((await world.patch(machine, { spec: { replicas: 9 } })).error, undefined);
  });

  test('knows who asks, and where', async () => {
    await world.namespace('prod', { owner: 'anna' });
    const user = { username: 'anna', groups: ['shop'], uid: '7', extra: { scopes: ['a'] } };
    await world.policy('p', {
      validations: [
        {
          expression: `request.userInfo.username == 'anna' && 'shop' in request.userInfo.groups &&
            request.userInfo.uid == '7' && request.userInfo.extra['scopes'] == ['a'] &&
            request.name == 'one' && request.namespace == 'prod' && request.resource.resource == 'configmaps' &&
            request.kind.kind == 'ConfigMap' && request.requestKind.version == 'v1' && !request.dryRun &&
            request.options.kind == 'CreateOptions'`,
          message: 'request',
        },
        {
          expression: `namespaceObject.metadata.name == 'prod' && namespaceObject.metadata.labels['owner'] == 'anna' &&
            namespaceObject.metadata.creationTimestamp < timestamp('2100-01-01T00:00:00Z') &&
            namespaceObject.spec.finalizers == ['kubernetes']`,
          message: 'namespace',
        },
      ],
    });
    const object = configMap('one', {}, { namespace: 'prod' });
    equal((await world.write(object, { user })).error?.message, undefined);
  });

  test('asks what the sender may do', async () => {
    const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole' };
    const rules = [
      { apiGroups: [''], resources: ['configmaps'], verbs: ['approve'], resourceNames: ['one'] },
    ];
    await world.must({ ...role, metadata: { name: 'approvers' }, rules });
    await world.must({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'approvers' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'approvers' },
      subjects: [
        { apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'berta' },
        { kind: 'ServiceAccount', name: 'robot', namespace: 'shop' },
      ],
    });
    await world.policy('p', {
      validations: [
        { expression: "authorizer.requestResource.check('approve').allowed()", message: 'request' },
        {
          expression:
            "authorizer.group('').resource('configmaps').namespace('default').name('one').check('approve').allowed() &&" +
            "!authorizer.path('/metrics').check('get').allowed()",
          message: 'named',
        },
        {
          expression:
            "authorizer.serviceAccount('shop', 'robot').group('').resource('configmaps').name('one')" +
            ".check('approve').allowed()",
          message: 'service account',
        },
      ],
    });
    const write = (name: string, username: string) =>
      world.write(configMap(name), { user: { username, groups: [] }, dryRun: true });
    equal((await write('one', 'berta')).error?.message, undefined);
    match((await write('two', 'berta')).error?.message ?? '', /denied request: request$/);
    match((await write('one', 'carl')).error?.message ?? '', /denied request: request$/);
  });

  test('warns instead of denying, or notes it for the audit', async () => {
    await world.policy(
      'p',
      { validations: [noRed], auditAnnotations: [{ key: 'color', valueExpression: 'object.data.color' }] },
      { validationActions: ['Warn', 'Audit'] },
    );
    const { error, warnings } = await world.write(configMap('one', { color: 'red' }));
    equal(error, undefined);
    deepEqual(warnings, ["Validation failed for ValidatingAdmissionPolicy 'p' with binding 'p': no red"]);
    const { judgement } = await world.write(configMap('two', { color: 'red' }), { judged: true });
    deepEqual(judgement?.annotations, {
      'validation.policy.admission.k8s.io/validation_failure': JSON.stringify([
        {
          message: 'no red',
          policy: 'p',
          binding: 'p',
          expressionIndex: 0,
          validationActions: ['Warn', 'Audit'],
        },
      ]),
      'p/color': 'red',
    });
    const [entry] = (await world.store.logs.read('default/audit', 0, 1000)).filter(({ value }) =>
      value.includes('/configmaps/one"'),
    );
    match(entry?.value ?? '', /"annotations":"sha256:/);
    match(entry?.opening ?? '', /validation_failure.*no red.*p\/color/);
  });

  test('lets conditions decide whether it judges at all', async () => {
    await world.policy('p', {
      ...deny('false'),
      matchConditions: [
        { name: 'marked', expression: "object.metadata.?labels[?'judge'].hasValue()" },
        { name: 'fails', expression: 'object.data.missing == 1' },
      ],
    });
    equal((await world.write(configMap('one'))).error, undefined);
    const { error } = await world.write(configMap('two', {}, { labels: { judge: 'me' } }));
    match(error?.message ?? '', /no such key: missing/);
  });

  test('never judges policies, bindings and questions about rights', async () => {
    await world.policy('nothing', {
      matchConstraints: {
        resourceRules: [{ operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*'] }],
      },
      ...deny('false'),
    });
    equal((await world.write(configMap('one'))).error?.code, 422);
    await world.policy('other', deny('true'));
    const question = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      metadata: {},
      spec: { resourceAttributes: { verb: 'get', resource: 'pods' } },
    };
    equal((await world.write(question)).error, undefined);
    const policy = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy' };
    equal((await world.remove({ ...policy, metadata: { name: 'nothing' } })).error, undefined);
    equal((await world.write(configMap('one'))).error, undefined);
  });
});

describe('a policy that fails', () => {
  let world: PolicyWorld;
  beforeEach(async () => {
    world = await PolicyWorld.start();
  });

  for (const [failurePolicy, code] of [
    ['Fail', 422],
    ['Ignore', undefined],
  ] as const) {
    test(`obeys failurePolicy ${failurePolicy}`, async () => {
      await world.policy('p', { failurePolicy, ...deny('object.data.missing == 1') });
      const { error } = await world.write(configMap('one', { a: '1' }));
      equal(error?.code, code);
      if (error) {
        match(
          error.message,
          /denied request: expression 'object.data.missing == 1' resulted in error: no such key: missing$/,
        );
      }
    });

    test(`obeys failurePolicy ${failurePolicy} when the kind of its parameters is not served`, async () => {
      await world.policy(
        'p',
        { failurePolicy, paramKind: { apiVersion: 'shop.dev/v1', kind: 'Limit' }, ...deny('true') },
        { paramRef: { name: 'a', parameterNotFoundAction: 'Allow' } },
      );
      const { error } = await world.write(configMap('one'));
      equal(error?.code, code);
      if (error) {
        match(
          error.message,
          /Policy 'p' denied request: failed to configure policy: failed to find resource referenced by paramKind: 'shop.dev\/v1, Kind=Limit'/,
        );
      }
    });
  }
});

describe('parameters', () => {
  let world: PolicyWorld;
  const takes = {
    paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
    matchConditions: [{ name: 'no-parameters-themselves', expression: '!has(object.data.max)' }],
    validations: [
      {
        expression: 'params == null || int(object.data.size) <= int(params.data.max)',
        messageExpression: "'at most ' + params.data.max",
      },
    ],
  };
  before(async () => {
    world = await PolicyWorld.start();
    await world.namespace('shop');
    await world.namespace('other');
    await world.must(configMap('limit', { max: '3' }, { namespace: 'shop', labels: { limits: 'yes' } }));
    await world.must(configMap('limit', { max: '5' }, { labels: { limits: 'yes' } }));
    await world.must(configMap('harder', { max: '2' }, { labels: { limits: 'yes' } }));
  });
  const said = async (binding: object, namespace: string, size: number): Promise<string> => {
    await world.policy('limits', takes, binding);
    const { error } = await world.write(configMap('one', { size: String(size) }, { namespace }), {
      dryRun: true,
    });
    return error?.message.split('denied request: ')[1] ?? 'fine';
  };
  const denies = { parameterNotFoundAction: 'Deny' };

  test('are one object by its name, in a namespace that is named or in that of the request', async () => {
    const own = { paramRef: { name: 'limit', ...denies } };
    deepEqual([await said(own, 'shop', 4), await said(own, 'shop', 3)], ['at most 3', 'fine']);
    deepEqual([await said(own, 'default', 6), await said(own, 'default', 4)], ['at most 5', 'fine']);
    const fixed = { paramRef: { name: 'limit', namespace: 'shop', ...denies } };
    equal(await said(fixed, 'default', 4), 'at most 3');
  });

  test('are all objects with some labels, and each of them counts', async () => {
    const selected = { paramRef: { selector: { matchLabels: { limits: 'yes' } }, ...denies } };
    deepEqual(
      [await said(selected, 'default', 3), await said(selected, 'default', 2)],
      ['at most 2', 'fine'],
    );
  });

  test('that are not there deny or allow, as the binding says', async () => {
    const missing = (parameterNotFoundAction: string): object => ({
      paramRef: { name: 'limit', parameterNotFoundAction },
    });
    equal(
      await said(missing('Deny'), 'other', 1),
      'failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction',
    );
    equal(await said(missing('Allow'), 'other', 99), 'fine');
  });

  test('are null when the binding names none', async () => {
    equal(await said({}, 'default', 99), 'fine');
  });

  test('count with their next state, from its commit on', async () => {
    const fixed = { paramRef: { name: 'moving', namespace: 'shop', ...denies } };
    await world.must(configMap('moving', { max: '1' }, { namespace: 'shop' }));
    equal(await said(fixed, 'default', 2), 'at most 1');
    await world.must(configMap('moving', { max: '2' }, { namespace: 'shop' }));
    equal(await said(fixed, 'default', 2), 'fine');
  });

  test('in namespaces cannot be found beside a cluster-scoped object', async () => {
    await world.policy(
      'p',
      { ...takes, ...all(['CREATE'], ['clusterroles']), matchConditions: [] },
      { paramRef: { name: 'limit', ...denies } },
    );
    const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'r' } };
    match(
      (await world.write({ ...role, rules: [] })).error?.message ?? '',
      /cannot use namespaced paramRef in policy binding that matches cluster-scoped resources/,
    );
  });
});

describe('variables', () => {
  test('build on those before, and are worked out only when they are read', async () => {
    const world = await PolicyWorld.start();
    await world.policy('p', {
      variables: [
        { name: 'never', expression: 'object.data.missing' },
        { name: 'sizes', expression: "object.data.sizes.split(',').map(s, int(s))" },
        { name: 'total', expression: 'variables.sizes.sum()' },
        { name: 'at', expression: "timestamp('2026-01-01T00:00:00Z')" },
      ],
      validations: [
        { expression: 'variables.total <= 6', messageExpression: "'total is ' + string(variables.total)" },
        { expression: 'true || variables.never == 1' },
        { expression: "variables.at + duration('1h') == timestamp('2026-01-01T01:00:00Z')" },
        { expression: 'variables.sizes.all(s, s > 0) && size(variables.sizes) == 3' },
      ],
    });
    equal((await world.write(configMap('one', { sizes: '1,2,3' }))).error?.message, undefined);
    const { error } = await world.write(configMap('two', { sizes: '1,2,4' }));
    match(error?.message ?? '', /total is 7$/);
  });

  test('that fail say so by their name', async () => {
    const world = await PolicyWorld.start();
    await world.policy('p', {
      variables: [{ name: 'gone', expression: 'object.data.missing' }],
      ...deny("variables.gone == 'x'"),
    });
    match(
      (await world.write(configMap('one', { a: '1' }))).error?.message ?? '',
      /composited variable "gone" fails to evaluate: no such key: missing/,
    );
  });
});
