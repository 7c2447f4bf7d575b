import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { at, type HttpsClient, listAt, textAt } from '../harness/https-client.ts';
import {
  applyPlan,
  approvals,
  decide,
  grant,
  makePlan,
  makePolicy,
  phaseIs,
  plans,
  policies,
} from '../harness/plan-world.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { until } from '../harness/until.ts';
import { configMap, configMaps, makeNamespace } from '../harness/widgets.ts';

const mergePatch = 'application/merge-patch+json';

describe('approvals of plans', () => {
  let server: TestServer;
  let author: HttpsClient;
  before(async () => {
    server = await startTestServer();
    author = server.as('anna', ['developers', 'leads']);
    for (const group of ['developers', 'leads', 'owners', 'others'])
      await grant(server, group, 'cluster-admin');
    await makePolicy(
      server,
      'prod',
      { kinds: ['ConfigMap'], namespaces: ['prod-*'] },
      {
        approvals: [
          { groups: ['leads'], count: 2 },
          { groups: ['owners'], count: 1 },
        ],
        planTTL: '8h',
      },
    );
    await makeNamespace(server, 'prod-shop');
  });
  after(async () => {
    deepEqual(server.faults, []);
    await server.close();
  });

  const planned = async (name: string): Promise<void> => {
    await makePlan(author, name, { namespace: 'prod-shop', manifests: [configMap(name)] });
  };
  const lead = (name: string): HttpsClient => server.as(name, ['leads']);
  const owner = (): HttpsClient => server.as('otto', ['owners']);

  test('are all needed: each rule by different people, never by the author', async () => {
    await planned('four-eyes');
    const { json } = await server.admin.get(`${plans}/four-eyes`);
    equal(textAt(json, 'status', 'phase'), 'Pending');
    match(
      textAt(json, 'status', 'message'),
      /Needs approval of group leads \(0 of 2\), because ChangePolicy prod matches: create of ConfigMap\/four-eyes in namespace prod-shop; and of group owners \(0 of 1\)/,
    );
    const own = await decide(author, server.admin, 'four-eyes');
    equal(own.status, 403);
    match(own.text, /anna is the author; somebody else has to decide/);
    const stranger = await decide(server.as('sam', ['others']), server.admin, 'four-eyes');
    equal(stranger.status, 403);
    match(stranger.text, /in none of the groups that are asked to decide: leads, owners/);
    for (let i = 0; i < 3; i++) equal((await decide(lead('lea'), server.admin, 'four-eyes')).status, 201);
    equal((await decide(owner(), server.admin, 'four-eyes')).status, 201);
    const early = await applyPlan(author, 'four-eyes');
    equal(early.status, 409, 'three votes of one person are one');
    match(early.text, /it is Pending\. Needs approval of group leads \(1 of 2\)/);
    equal((await decide(lead('lou'), server.admin, 'four-eyes')).status, 201);
    await phaseIs(server, 'four-eyes', 'Approved');
    equal((await applyPlan(author, 'four-eyes')).status, 201);
    const late = await decide(lead('lia'), server.admin, 'four-eyes');
    equal(late.status, 422);
    match(late.text, /is Applied; there is nothing to decide any more/);
  });

  test('name the digest, and say who gave them whatever the body says', async () => {
    await planned('digests');
    const other = await decide(lead('lea'), server.admin, 'digests', { digest: 'sha256:0000' });
    equal(other.status, 422);
    match(other.text, /sha256:0000.*has the digest sha256:[0-9a-f]{64} now/);
    const forged = await decide(lead('lea'), server.admin, 'digests', {
      approver: { username: 'boss', groups: ['leads', 'owners'] },
    });
    equal(forged.status, 201, forged.text);
    equal(textAt(forged.json, 'spec', 'approver', 'username'), 'lea');
    ok(!listAt(forged.json, 'spec', 'approver', 'groups').includes('owners'));
    const path = `${approvals}/${textAt(forged.json, 'metadata', 'name')}`;
    for (const change of [{ decision: 'Reject' }, { approver: { username: 'lou' } }, { digest: 'x' }]) {
      const changed = await lead('lea').patch(path, { spec: change }, mergePatch);
      equal(changed.status, 422, changed.text);
    }
    const labelled = await lead('lea').patch(path, { metadata: { labels: { seen: 'yes' } } }, mergePatch);
    equal(labelled.status, 200, labelled.text);
    const nowhere = await decide(lead('lea'), server.admin, 'digests', {
      target: { kind: 'Plan', name: 'none' },
    });
    equal(nowhere.status, 404);
    await server.admin.delete(`${plans}/digests`);
    await until('the approval to go with its plan', async () =>
      (await server.admin.get(path)).status === 404 ? true : undefined,
    );
  });

  test('end, and then do not count', async () => {
    await planned('ending');
    const past = await decide(lead('lea'), server.admin, 'ending', { expiresAt: '2020-01-01T00:00:00Z' });
    equal(past.status, 422);
    const never = await decide(lead('lea'), server.admin, 'ending', { expiresAt: 'soon' });
    equal(never.status, 422, never.text);
    const soon = new Date(Date.now() + 1_500).toISOString();
    equal((await decide(lead('lea'), server.admin, 'ending', { expiresAt: soon })).status, 201);
    equal((await decide(lead('lou'), server.admin, 'ending')).status, 201);
    equal((await decide(owner(), server.admin, 'ending')).status, 201);
    await phaseIs(server, 'ending', 'Approved');
    await phaseIs(server, 'ending', 'Pending');
    const refused = await applyPlan(author, 'ending');
    equal(refused.status, 409);
    match(refused.text, /The approval of lea ended at/);
  });

  test('reject, which only who rejected takes back', async () => {
    await planned('rejected');
    const no = await decide(lead('lea'), server.admin, 'rejected', {
      decision: 'Reject',
      reason: 'not today',
    });
    equal(no.status, 201, no.text);
    for (const client of [lead('lou'), lead('lia'), owner()]) await decide(client, server.admin, 'rejected');
    await phaseIs(server, 'rejected', 'Rejected');
    match((await applyPlan(author, 'rejected')).text, /Rejected by lea/);
    const path = `${approvals}/${textAt(no.json, 'metadata', 'name')}`;
    equal((await author.delete(path)).status, 403);
    equal((await lead('lea').delete(path)).status, 200);
    await phaseIs(server, 'rejected', 'Approved');
    equal((await applyPlan(author, 'rejected')).status, 201);
  });

  test('are void when the policy changes', async () => {
    await planned('policy');
    for (const client of [lead('lou'), lead('lia'), owner()]) await decide(client, server.admin, 'policy');
    await phaseIs(server, 'policy', 'Approved');
    const changed = await server.admin.patch(`${policies}/prod`, { spec: { planTTL: '9h' } }, mergePatch);
    equal(changed.status, 200, changed.text);
    match((await applyPlan(author, 'policy')).text, /ChangePolicy\/prod: asks for something else now/);
  });

  test('are asked for by a policy that came after the plan', async () => {
    await makeNamespace(server, 'later');
    await makePlan(author, 'before-policy', { namespace: 'later', manifests: [configMap('x')] });
    await makePolicy(server, 'later', { namespaces: ['later'] });
    const refused = await applyPlan(author, 'before-policy');
    equal(refused.status, 409, refused.text);
    match(refused.text, /ChangePolicy\/later: did not match the change and does now/);
  });

  test('cannot be got round by a change of the policy, or of labels, in the same plan', async () => {
    const selects = { kinds: ['ConfigMap'], namespaceSelector: { matchLabels: { env: 'guarded' } } };
    const namespace = (labels: Record<string, string>) => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'guarded', labels },
    });
    await makePolicy(server, 'guarded', selects);
    const first = await makePlan(author, 'guarded-1', {
      manifests: [
        namespace({ env: 'guarded' }),
        { ...configMap('x'), metadata: { name: 'x', namespace: 'guarded' } },
      ],
    });
    equal(
      textAt(first.json, 'status', 'phase'),
      'Pending',
      'labels of a namespace that is not there yet count',
    );
    await server.as('root', ['system:masters']).post('/api/v1/namespaces', {
      ...namespace({}),
      metadata: { name: 'guarded' },
    });
    const direct = await author.patch(
      '/api/v1/namespaces/guarded',
      { metadata: { labels: { env: 'guarded' } } },
      mergePatch,
    );
    equal(direct.status, 200, direct.text);
    const away = await author.patch(
      '/api/v1/namespaces/guarded',
      { metadata: { labels: { env: null } } },
      mergePatch,
    );
    equal(away.status, 403, away.text);
    match(away.text, /whose labels would take it out of the policy/);
    const second = await makePlan(author, 'guarded-2', {
      force: true,
      manifests: [
        namespace({ env: 'free' }),
        { ...configMap('x'), metadata: { name: 'x', namespace: 'guarded' } },
      ],
      delete: [{ apiVersion: 'plinth.dev/v1alpha1', kind: 'ChangePolicy', name: 'guarded' }],
    });
    equal(textAt(second.json, 'status', 'phase'), 'Pending', second.text);
    equal((await applyPlan(author, 'guarded-2')).status, 409);
  });

  test('are judged anew by the apply: a forged status opens nothing', async () => {
    await planned('forged');
    await author.patch(`${plans}/forged/status`, { status: { phase: 'Approved', demands: [] } }, mergePatch);
    equal((await applyPlan(author, 'forged')).status, 409);
    await phaseIs(server, 'forged', 'Pending');
    const changed = await author.patch(
      `${plans}/forged`,
      { spec: { author: { username: 'x' } } },
      mergePatch,
    );
    equal(changed.status, 422, changed.text);
  });

  test('of 100 people at once never exceed the rules', async () => {
    for (let round = 0; round < 3; round++) {
      const name = `race-${round}`;
      await planned(name);
      // 40 leads of whom a half decides twice, 20 strangers, the author ten times; the owner is missing.
      const deciders = [
        ...Array.from({ length: 40 }, (_, i) => lead(`lead-${i}`)),
        ...Array.from({ length: 20 }, (_, i) => lead(`lead-${i}`)),
        ...Array.from({ length: 20 }, (_, i) => server.as(`other-${i}`, ['others'])),
        ...Array.from({ length: 20 }, () => author),
      ];
      const [applies, decisions] = await Promise.all([
        Promise.all(Array.from({ length: 10 }, () => applyPlan(author, name))),
        Promise.all(deciders.map((client) => decide(client, server.admin, name))),
      ]);
      deepEqual(new Set(applies.map(({ status }) => status)), new Set([409]), 'nobody owns it yet');
      equal(decisions.filter(({ status }) => status === 201).length, 60);
      equal(decisions.filter(({ status }) => status === 403).length, 40);
      const [last, ...racing] = await Promise.all([
        decide(owner(), server.admin, name),
        ...Array.from({ length: 10 }, () => applyPlan(author, name)),
      ]);
      equal(last?.status, 201);
      ok(racing.every(({ status }) => status === 409 || status === 201));
      ok(racing.filter(({ json }) => at(json, 'status', 'repeated') === false).length <= 1);
      equal((await applyPlan(author, name)).status, 201);
      await phaseIs(server, name, 'Applied');
      const { json } = await server.admin.get(`${plans}/${name}`);
      const [leads] = listAt(json, 'status', 'demands');
      const by = listAt(leads, 'by');
      equal(new Set(by).size, by.length);
      ok(!by.includes('anna'));
    }
  });
});

describe('a ChangePolicy', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
    await makeNamespace(server, 'prod');
    await makeNamespace(server, 'dev');
    await server.admin.post(configMaps('prod'), configMap('kept', { a: '1' }));
    await makePolicy(server, 'prod', { kinds: ['ConfigMap'], namespaces: ['prod'] });
    await makeNamespace(server, 'exempt');
    await makePolicy(
      server,
      'exempting',
      { kinds: ['ConfigMap'], namespaces: ['exempt'] },
      {
        exempt: { users: ['ci-*'], groups: ['breakglass'] },
      },
    );
    await makePolicy(server, 'owned', { kinds: ['Secret'], namespaces: ['owning'], operations: ['delete'] });
    await makePolicy(server, 'itself', { kinds: ['ChangePolicy'] });
  });
  after(async () => {
    deepEqual(server.faults, []);
    await server.close();
  });

  test('refuses every direct way to change what it matches, and says the way that is open', async () => {
    const path = `${configMaps('prod')}/kept`;
    const attempts = [
      await server.admin.post(configMaps('prod'), configMap('new')),
      await server.admin.put(path, configMap('kept', { a: '2' })),
      await server.admin.patch(path, { data: { a: '2' } }, mergePatch),
      await server.admin.patch(path, [{ op: 'remove', path: '/data/a' }], 'application/json-patch+json'),
      await server.admin.patch(
        `${path}?fieldManager=x&force=true`,
        configMap('kept', { a: '2' }),
        'application/apply-patch+yaml',
      ),
      await server.admin.delete(path),
      await server.admin.delete(configMaps('prod')),
      await server.admin.delete('/api/v1/namespaces/prod'),
      await server.admin.delete(`${policies}/prod`),
      await server.admin.patch(
        `${policies}/itself`,
        { spec: { match: [{ kinds: ['Nothing'] }] } },
        mergePatch,
      ),
    ];
    for (const [i, { status, text }] of attempts.entries()) {
      equal(status, 403, `${i}: ${text}`);
      match(text, /plinth plan .* && plinth approve NAME && plinth apply NAME/);
    }
    match(attempts[7]?.text ?? '', /delete of Namespace\/prod with \d ConfigMap in it/);
    equal(textAt((await server.admin.get(path)).json, 'data', 'a'), '1');
    equal((await server.admin.post(configMaps('dev'), configMap('new'))).status, 201);
    equal(
      (await server.admin.patch(path, { data: { a: '1' } }, mergePatch)).status,
      200,
      'no change is no change',
    );
  });

  test('holds for what would be deleted along with its owner', async () => {
    await makeNamespace(server, 'owning');
    const owner = await server.admin.post(configMaps('owning'), configMap('parent'));
    const reference = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      name: 'parent',
      uid: textAt(owner.json, 'metadata', 'uid'),
    };
    await server.admin.post('/api/v1/namespaces/owning/secrets', {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'child', ownerReferences: [reference] },
    });
    const refused = await server.admin.delete(`${configMaps('owning')}/parent`);
    equal(refused.status, 403, refused.text);
    match(refused.text, /delete of ConfigMap\/parent, which owns Secret\/child/);
    await server.admin.post(configMaps('owning'), configMap('childless'));
    equal((await server.admin.delete(`${configMaps('owning')}/childless`)).status, 200);
  });

  test('lets a dry run go on with a warning', async () => {
    const answer = await server.admin.patch(
      `${configMaps('prod')}/kept?dryRun=All`,
      { data: { a: '2' } },
      mergePatch,
    );
    equal(answer.status, 200);
    match(String(answer.headers['warning']), /without the dry run this would be refused/);
  });

  test('lets those through who are exempt, and no one else', async () => {
    const masters = 'system:masters';
    const tries: [string, string[], number][] = [
      ['ci-1', [masters], 201],
      ['somebody', [masters, 'breakglass'], 201],
      ['somebody', [masters], 403],
    ];
    for (const [i, [user, groups, expected]] of tries.entries()) {
      const answer = await server.as(user, groups).post(configMaps('exempt'), configMap(`c-${i}`));
      equal(answer.status, expected, answer.text);
    }
  });

  test('is checked when it is made', async () => {
    const bad: [object, RegExp][] = [
      [{ match: [] }, /must have at least one rule/],
      [{ match: [{ operations: ['scale'] }] }, /operations/],
      [{ match: [{}], planTTL: '1s' }, /must be at least 1m/],
      [{ match: [{}], approvals: [{ count: 0 }] }, /count/],
      [{ match: [{ namespaceSelector: { matchExpressions: [{ key: 'a', operator: 'Is' }] } }] }, /operator/i],
    ];
    for (const [spec, expected] of bad) {
      const made = {
        apiVersion: 'plinth.dev/v1alpha1',
        kind: 'ChangePolicy',
        metadata: { name: 'bad' },
        spec,
      };
      const answer = await server.admin.post(policies, made);
      equal(answer.status, 422, answer.text);
      match(answer.text, expected);
    }
  });
});
