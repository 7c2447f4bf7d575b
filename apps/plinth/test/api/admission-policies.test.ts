import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { at, type HttpsClient, listAt, textAt } from '../harness/https-client.ts';
import { applyPlan, grant, makePlan, plans, postPlan } from '../harness/plan-world.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { until } from '../harness/until.ts';
import { configMap, configMaps, installWidgets, makeNamespace } from '../harness/widgets.ts';

const group = '/apis/admissionregistration.k8s.io/v1';
const apiVersion = 'admissionregistration.k8s.io/v1';

let server: TestServer;
let author: HttpsClient;
before(async () => {
  server = await startTestServer();
  author = server.as('anna', ['developers']);
  await grant(server, 'developers', 'cluster-admin');
});
after(async () => {
  deepEqual(server.faults, []);
  await server.close();
});

/** Puts a policy about the ConfigMaps of one namespace into force. */
async function enforce(name: string, namespace: string, spec: object, binding: object = {}): Promise<void> {
  const policy = {
    apiVersion,
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name },
    spec: {
      matchConstraints: {
        resourceRules: [
          {
            apiGroups: [''],
            apiVersions: ['v1'],
            operations: ['CREATE', 'UPDATE', 'DELETE'],
            resources: ['configmaps'],
          },
        ],
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
      },
      ...spec,
    },
  };
  const bound = {
    apiVersion,
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name },
    spec: { policyName: name, validationActions: ['Deny'], ...binding },
  };
  const answers = [
    await server.admin.post(`${group}/validatingadmissionpolicies`, policy),
    await server.admin.post(`${group}/validatingadmissionpolicybindings`, bound),
  ];
  for (const answer of answers) equal(answer.status, 201, answer.text);
}

const noRed = { expression: "object == null || object.data.?color.orValue('') != 'red'", message: 'no red' };

describe('an admission policy over HTTP', () => {
  test('denies creations, updates, patches, applies and collections, and the audit knows of it', async () => {
    await makeNamespace(server, 'strict');
    await server.admin.post(configMaps('strict'), configMap('kept', { keep: 'yes' }));
    await enforce('strict', 'strict', {
      validations: [
        noRed,
        { expression: "request.operation != 'DELETE' || oldObject.data.?keep.orValue('') != 'yes'" },
      ],
    });
    const from = server.kernel.store.logs.end('default/audit');
    const red = configMap('one', { color: 'red' });
    const denied = await author.post(configMaps('strict'), red);
    equal(denied.status, 422);
    const said = "ValidatingAdmissionPolicy 'strict' with binding 'strict' denied request: no red";
    equal(textAt(denied.json, 'message'), `configmaps "one" is forbidden: ${said}`);
    equal(textAt(denied.json, 'reason'), 'Invalid');
    equal((await author.post(`${configMaps('strict')}?dryRun=All`, red)).status, 422);
    const applied = await author.send('PATCH', `${configMaps('strict')}/two?fieldManager=test`, {
      body: { ...red, metadata: { name: 'two' } },
      contentType: 'application/apply-patch+yaml',
    });
    equal(applied.status, 422);
    const patched = await author.send('PATCH', `${configMaps('strict')}/kept`, {
      body: { data: { color: 'red' } },
      contentType: 'application/merge-patch+json',
    });
    equal(patched.status, 422);
    equal((await author.delete(`${configMaps('strict')}/kept`)).status, 422);
    const all = await author.send('DELETE', `${configMaps('strict')}?fieldSelector=metadata.name%3Dkept`);
    equal(all.status, 422);
    const entries = await server.kernel.store.logs.read('default/audit', from, 100);
    const denials = entries.filter(({ value }) => value.includes('access.denied'));
    equal(denials.length, 6);
    match(denials[0]?.value ?? '', /"policy":"strict","binding":"strict"/);
  });

  test('warns in a header, and notes in the entry of the change what it found', async () => {
    await makeNamespace(server, 'lenient');
    await enforce(
      'lenient',
      'lenient',
      { validations: [noRed], auditAnnotations: [{ key: 'color', valueExpression: 'object.data.color' }] },
      { validationActions: ['Warn', 'Audit'] },
    );
    const answer = await author.post(configMaps('lenient'), configMap('one', { color: 'red' }));
    equal(answer.status, 201);
    equal(
      answer.headers['warning'],
      `299 - "Validation failed for ValidatingAdmissionPolicy 'lenient' with binding 'lenient': no red"`,
    );
    const { text } = await server.admin.get('/audit/events');
    const line = text.split('\n').find((one) => one.includes('/namespaces/lenient/configmaps/one"'));
    const { opening } = JSON.parse(line ?? 'null');
    const notes: unknown = JSON.parse(textAt(opening, 'annotations', 'text'));
    equal(at(notes, 'lenient/color'), 'red');
    match(
      textAt(notes, 'validation.policy.admission.k8s.io/validation_failure'),
      /^\[\{"message":"no red","policy":"lenient"/,
    );
  });

  test('judges what is asked below an object, such as a token', async () => {
    await makeNamespace(server, 'tokens');
    const rule = {
      apiGroups: [''],
      apiVersions: ['v1'],
      operations: ['CREATE'],
      resources: ['serviceaccounts/token'],
    };
    await enforce('tokens', 'tokens', {
      matchConstraints: { resourceRules: [rule] },
      validations: [
        {
          expression:
            "object.kind == 'TokenRequest' && request.kind.group == 'authentication.k8s.io' && " +
            "(request.namespace != 'tokens' || object.spec.expirationSeconds <= 3600)",
          message: 'too long',
        },
      ],
    });
    const accounts = '/api/v1/namespaces/tokens/serviceaccounts';
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot' } };
    equal((await author.post(accounts, account)).status, 201);
    const token = async (expirationSeconds: number) =>
      await author.post(`${accounts}/robot/token`, {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { expirationSeconds },
      });
    const refused = await token(7200);
    equal(refused.status, 422, refused.text);
    match(textAt(refused.json, 'message'), /too long$/);
    equal((await token(1800)).status, 201);
  });

  test('says in its status what it lacks, until that comes', async () => {
    const rule = {
      apiGroups: ['example.com'],
      apiVersions: ['v1'],
      operations: ['*'],
      resources: ['widgets'],
    };
    await enforce('waiting', 'nowhere', {
      matchConstraints: { resourceRules: [rule] },
      validations: [{ expression: 'object.spec.colour == 1' }],
    });
    const status = async (): Promise<unknown> => {
      const { json } = await server.admin.get(`${group}/validatingadmissionpolicies/waiting`);
      return at(json, 'status');
    };
    const ready = async (wanted: string): Promise<unknown> =>
      await until(`the policy to be Ready=${wanted}`, async () => {
        const found = await status();
        const conditions = at(found, 'conditions') === undefined ? [] : listAt(found, 'conditions');
        const condition = conditions.find((one) => at(one, 'type') === 'Ready');
        return condition && at(condition, 'status') === wanted ? { found, condition } : undefined;
      });
    match(
      textAt(await ready('False'), 'condition', 'message'),
      /resourceRules\[0\]: no resource that is served fits it/,
    );
    await installWidgets(server);
    const { found } = (await ready('True')) as { found: unknown };
    equal(at(found, 'observedGeneration'), 1);
    const [warning] = listAt(found, 'typeChecking', 'expressionWarnings');
    equal(at(warning, 'fieldRef'), 'spec.validations[0].expression');
    match(textAt(warning, 'warning'), /^example.com\/v1, Kind=Widget: .*undefined field 'colour'/);
  });
});

describe('a plan under admission policies', () => {
  test('shows each verdict of each object, and cannot be applied against a denial', async () => {
    await makeNamespace(server, 'planned');
    await enforce('planned-deny', 'planned', { validations: [noRed] });
    await enforce(
      'planned-warn',
      'planned',
      { validations: [{ expression: 'has(object.data.owner)', message: 'name an owner' }] },
      { validationActions: ['Warn'] },
    );
    const { json } = await postPlan(author, 'planned', {
      namespace: 'planned',
      manifests: [configMap('fine', { color: 'blue' }), configMap('wrong', { color: 'red', owner: 'x' })],
    });
    equal(textAt(json, 'status', 'phase'), 'Failed');
    const changes = listAt(json, 'status', 'changes');
    const verdicts = (name: string): unknown =>
      at(
        changes.find((one) => at(one, 'name') === name),
        'verdicts',
      );
    deepEqual(verdicts('fine'), [
      { policy: 'planned-warn', binding: 'planned-warn', action: 'Warn', message: 'name an owner' },
    ]);
    deepEqual(verdicts('wrong'), [
      { policy: 'planned-deny', binding: 'planned-deny', action: 'Deny', message: 'no red' },
    ]);
    equal(
      at(
        changes.find((one) => at(one, 'name') === 'fine'),
        'warnings',
      ),
      undefined,
    );
  });

  test('is bound to the policies that it was judged by', async () => {
    await makeNamespace(server, 'moving');
    await enforce('moving', 'moving', { validations: [noRed] });
    await makePlan(author, 'moving', {
      namespace: 'moving',
      manifests: [configMap('one', { color: 'blue' })],
    });
    const path = `${group}/validatingadmissionpolicies/moving`;
    const changed = await server.admin.send('PATCH', path, {
      body: { spec: { validations: [{ expression: 'true', message: 'anything goes' }] } },
      contentType: 'application/merge-patch+json',
    });
    equal(changed.status, 200, changed.text);
    const refused = await applyPlan(author, 'moving');
    equal(refused.status, 409);
    match(
      refused.text,
      /ValidatingAdmissionPolicy\/moving with binding moving: has other rules or parameters now/,
    );
    await makePlan(author, 'moving-2', {
      namespace: 'moving',
      manifests: [configMap('one', { color: 'blue' })],
    });
    equal((await applyPlan(author, 'moving-2')).status, 201);
    const { json } = await server.admin.get(`${plans}/moving-2`);
    ok(textAt(json, 'status', 'digest').startsWith('sha256:'));
  });

  test('is judged by a policy that it brings along', async () => {
    await makeNamespace(server, 'brought');
    const policy = {
      apiVersion,
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: 'brought' },
      spec: {
        matchConstraints: {
          resourceRules: [
            { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] },
          ],
        },
        validations: [noRed],
      },
    };
    const binding = {
      apiVersion,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name: 'brought' },
      spec: { policyName: 'brought', validationActions: ['Deny'] },
    };
    const manifests = [policy, binding, configMap('one', { color: 'red' })];
    const { json } = await postPlan(author, 'brought', { namespace: 'brought', manifests });
    equal(textAt(json, 'status', 'phase'), 'Failed');
    match(
      textAt(json, 'status', 'message'),
      /ConfigMap\/brought\/one cannot be changed as planned: .*no red/,
    );
  });
});

describe('the rules of a definition over HTTP', () => {
  test('are enforced on its objects, changes of them included', async () => {
    const schema = {
      type: 'object',
      properties: {
        spec: {
          type: 'object',
          properties: {
            min: { type: 'integer' },
            max: { type: 'integer' },
            zone: { type: 'string', maxLength: 20 },
          },
          'x-kubernetes-validations': [
            { rule: 'self.min <= self.max', messageExpression: "'min is above max in ' + self.zone" },
            { rule: '!has(oldSelf.zone) || self.zone == oldSelf.zone', message: 'zone is immutable' },
          ],
        },
      },
    };
    const definition = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'ranges.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'ranges', kind: 'Range' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
      },
    };
    const posted = await server.admin.post(
      '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
      definition,
    );
    equal(posted.status, 201, posted.text);
    equal(posted.headers['warning'], undefined);
    const ranges = '/apis/example.com/v1/namespaces/default/ranges';
    const range = (spec: object): object => ({
      apiVersion: 'example.com/v1',
      kind: 'Range',
      metadata: { name: 'one' },
      spec,
    });
    await until('ranges to be served', async () => {
      return (await server.admin.get(ranges)).status === 200 ? true : undefined;
    });
    const broken = await server.admin.post(ranges, range({ min: 3, max: 2, zone: 'a' }));
    equal(broken.status, 422);
    equal(
      textAt(broken.json, 'message'),
      'Range.example.com "one" is invalid: spec: Invalid value: "object": min is above max in a',
    );
    const skipped = await server.admin.post(ranges, range({ min: 'x', max: 2 }));
    match(
      textAt(skipped.json, 'message'),
      /some validation rules were not checked because the object was invalid/,
    );
    equal((await server.admin.post(ranges, range({ min: 1, max: 2, zone: 'a' }))).status, 201);
    const moved = await server.admin.put(`${ranges}/one`, range({ min: 1, max: 2, zone: 'b' }));
    match(textAt(moved.json, 'message'), /spec: Invalid value: "object": zone is immutable/);
    equal((await server.admin.put(`${ranges}/one`, range({ min: 0, max: 2, zone: 'a' }))).status, 200);
  });
});
