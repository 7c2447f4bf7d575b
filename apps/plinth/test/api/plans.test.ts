import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { at, type HttpsClient, listAt, textAt } from '../harness/https-client.ts';
import {
  applyPlan,
  decide,
  grant,
  makePlan,
  makePolicy,
  phaseIs,
  plans,
  postPlan,
} from '../harness/plan-world.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { until } from '../harness/until.ts';
import { configMap, configMaps, makeNamespace } from '../harness/widgets.ts';

const inNamespace = (namespace: string, object: Record<string, unknown>): Record<string, unknown> => ({
  ...object,
  metadata: { ...(object['metadata'] as object), namespace },
});

describe('plans', () => {
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

  test('show what a change does and change nothing, then apply it whole', async () => {
    await makeNamespace(server, 'whole');
    await server.admin.post(configMaps('whole'), configMap('settings', { color: 'red', size: 'small' }));
    const revision = textAt(
      (await server.admin.get(`${configMaps('whole')}/settings`)).json,
      'metadata',
      'resourceVersion',
    );
    const { json } = await makePlan(author, 'whole', {
      namespace: 'whole',
      force: true,
      manifests: [
        configMap('settings', { color: 'blue' }),
        configMap('fresh', { a: '1' }),
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'whole-two' } },
        inNamespace('whole-two', configMap('inside')),
      ],
    });
    const changes = listAt(json, 'status', 'changes').map(
      (change) => `${textAt(change, 'operation')} ${textAt(change, 'kind')}/${textAt(change, 'name')}`,
    );
    deepEqual(changes, [
      'Update ConfigMap/settings',
      'Create Namespace/whole-two',
      'Create ConfigMap/fresh',
      'Create ConfigMap/inside',
    ]);
    deepEqual(at(listAt(json, 'status', 'changes')[0], 'fields'), [
      { path: 'data.color', before: 'red', after: 'blue' },
    ]);
    equal(at(json, 'spec', 'manifests'), undefined);
    const untouched = (await server.admin.get(`${configMaps('whole')}/settings`)).json;
    equal(textAt(untouched, 'metadata', 'resourceVersion'), revision);
    equal((await server.admin.get('/api/v1/namespaces/whole-two')).status, 404);

    const applied = await applyPlan(author, 'whole');
    equal(applied.status, 201, applied.text);
    equal(at(applied.json, 'status', 'writes'), 4);
    equal(textAt((await server.admin.get(`${configMaps('whole')}/settings`)).json, 'data', 'color'), 'blue');
    equal((await server.admin.get(`${configMaps('whole-two')}/inside`)).status, 200);
    await phaseIs(server, 'whole', 'Applied');
  });

  test('are applied once, however many ask at the same time', async () => {
    await makeNamespace(server, 'once');
    await makePlan(author, 'once', { namespace: 'once', manifests: [configMap('one', { a: '1' })] });
    const answers = await Promise.all(Array.from({ length: 20 }, () => applyPlan(author, 'once')));
    deepEqual(new Set(answers.map(({ status }) => status)), new Set([201]));
    equal(answers.filter(({ json }) => at(json, 'status', 'repeated') === false).length, 1);
    const digests = new Set(answers.map(({ json }) => textAt(json, 'status', 'digest')));
    equal(digests.size, 1);
    await server.admin.delete(`${configMaps('once')}/one`);
    equal(at((await applyPlan(author, 'once')).json, 'status', 'repeated'), true);
    equal((await server.admin.get(`${configMaps('once')}/one`)).status, 404, 'a repeat writes nothing');
  });

  test('are the same for the same change of the same world, and never applied to another one', async () => {
    await makeNamespace(server, 'moved');
    await server.admin.post(configMaps('moved'), configMap('settings', { color: 'red' }));
    const spec = {
      namespace: 'moved',
      force: true,
      manifests: [configMap('settings', { color: 'blue' }), configMap('new')],
    };
    const first = await makePlan(author, 'moved-1', spec);
    const second = await makePlan(author, 'moved-2', spec);
    equal(textAt(first.json, 'status', 'digest'), textAt(second.json, 'status', 'digest'));
    await server.admin.patch(
      `${configMaps('moved')}/settings`,
      { data: { color: 'green' } },
      'application/merge-patch+json',
    );
    const third = await makePlan(author, 'moved-3', spec);
    ok(textAt(third.json, 'status', 'digest') !== textAt(first.json, 'status', 'digest'));
    const refused = await applyPlan(author, 'moved-1');
    equal(refused.status, 409, refused.text);
    equal(textAt(refused.json, 'reason'), 'PlanMoved');
    deepEqual(at(refused.json, 'details', 'causes'), [
      {
        reason: 'WorldMoved',
        field: 'ConfigMap/moved/settings',
        message: 'data.color was "red" and is "green"',
      },
    ]);
    equal((await server.admin.get(`${configMaps('moved')}/new`)).status, 404, 'nothing of it was applied');
    await server.admin.delete(`${configMaps('moved')}/settings`);
    match((await applyPlan(author, 'moved-1')).text, /ConfigMap\/moved\/settings: was there and is gone/);
    await server.admin.post(configMaps('moved'), configMap('settings', { color: 'red' }));
    match((await applyPlan(author, 'moved-1')).text, /was deleted and made anew/);
  });

  test('never show secrets, nor keep them in the clear', async () => {
    await makeNamespace(server, 'hidden');
    const secret = (password: string): object => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'db', namespace: 'hidden' },
      stringData: { password },
    });
    const words = ['correct-horse-battery', 'staple-of-the-trade'];
    await makePlan(author, 'hidden-1', { manifests: [secret(words[0] ?? '')] });
    equal((await applyPlan(author, 'hidden-1')).status, 201);
    await makePlan(author, 'hidden-2', { manifests: [secret(words[1] ?? '')] });
    const { text, json } = await server.admin.get(`${plans}/hidden-2`);
    const [field] = listAt(listAt(json, 'status', 'changes')[0], 'fields');
    equal(at(field, 'path'), 'data.password');
    equal(at(field, 'sensitive'), true);
    match(textAt(field, 'before'), /^sensitive:/);
    ok(textAt(field, 'before') !== textAt(field, 'after'));
    const moved = await server.admin.patch(
      '/api/v1/namespaces/hidden/secrets/db',
      { stringData: { password: 'something-else' } },
      'application/merge-patch+json',
    );
    equal(moved.status, 200);
    const refused = await applyPlan(author, 'hidden-2');
    match(refused.text, /data.password has another secret value now/);
    const shown = [text, refused.text, (await server.admin.get(plans)).text].join('\n');
    const stored = await server.storedText();
    ok(stored.includes('plinth.dev/planrecords//hidden'), 'the records of plans are there');
    for (const word of [...words, 'something-else']) {
      for (const form of [word, Buffer.from(word).toString('base64')]) {
        ok(!shown.includes(form), `${form} is shown`);
        ok(!stored.includes(form), `${form} is on the disk`);
      }
    }
  });

  test('hold definitions together with objects of their kinds', async () => {
    const group = 'planned.example.com';
    const schema = {
      type: 'object',
      properties: {
        spec: {
          type: 'object',
          properties: { size: { type: 'integer', default: 3 }, zone: { type: 'string' } },
        },
      },
    };
    const definition = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `gears.${group}`, annotations: { 'plinth.dev/replacing-fields': 'spec.zone' } },
      spec: {
        group,
        scope: 'Cluster',
        names: { plural: 'gears', singular: 'gear', kind: 'Gear', listKind: 'GearList' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
      },
    };
    const gear = { apiVersion: `${group}/v1`, kind: 'Gear', metadata: { name: 'big' }, spec: { zone: 'a' } };
    const { json } = await makePlan(author, 'gears', { manifests: [gear, definition] });
    equal(textAt(json, 'status', 'phase'), 'Approved', JSON.stringify(json));
    const fields = listAt(json, 'status', 'changes').flatMap((change) => listAt(change, 'fields'));
    ok(
      fields.some((field) => at(field, 'path') === 'spec.size' && at(field, 'after') === 3),
      'defaults are seen',
    );
    equal((await applyPlan(author, 'gears')).status, 201);
    const path = `/apis/${group}/v1/gears/big`;
    await until('the gear', async () => ((await server.admin.get(path)).status === 200 ? true : undefined));

    const moved = await makePlan(author, 'gears-2', { manifests: [{ ...gear, spec: { zone: 'b' } }] });
    const [change] = listAt(moved.json, 'status', 'changes');
    equal(at(change, 'destructive'), true, 'a change of a replacing field is destructive');
    equal(at(listAt(change, 'fields')[0], 'replaces'), true);
    const bad = await postPlan(author, 'gears-3', { manifests: [{ ...gear, spec: { size: 'many' } }] });
    equal(textAt(bad.json, 'status', 'phase'), 'Failed');
    match(bad.text, /spec\.size/);
    const gone = await makePlan(author, 'gears-4', {
      delete: [
        { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name: `gears.${group}` },
      ],
    });
    equal(at(listAt(gone.json, 'status', 'changes')[0], 'cascade'), 1);
    equal(textAt(listAt(gone.json, 'status', 'dependants')[0], 'name'), 'big');
  });

  test('show what goes along with a delete, and are refused when more would go', async () => {
    await makeNamespace(server, 'doomed');
    await server.admin.post(configMaps('doomed'), configMap('one'));
    await makePlan(author, 'doom', { delete: [{ apiVersion: 'v1', kind: 'Namespace', name: 'doomed' }] });
    const { json } = await server.admin.get(`${plans}/doom`);
    const [change] = listAt(json, 'status', 'changes');
    equal(at(change, 'destructive'), true);
    ok(Number(at(change, 'cascade')) >= 1);
    await server.admin.post(configMaps('doomed'), configMap('two'));
    match((await applyPlan(author, 'doom')).text, /ConfigMap\/doomed\/two: would be deleted along/);
    await makePlan(author, 'doom-2', { delete: [{ apiVersion: 'v1', kind: 'Namespace', name: 'doomed' }] });
    equal((await applyPlan(author, 'doom-2')).status, 201);
    await until('the end of the namespace', async () =>
      (await server.admin.get('/api/v1/namespaces/doomed')).status === 404 ? true : undefined,
    );
  });

  test('name owners and references of what changes', async () => {
    await makeNamespace(server, 'related');
    const made = await server.admin.post(configMaps('related'), configMap('base', { a: '1' }));
    const uid = textAt(made.json, 'metadata', 'uid');
    const owned = configMap('owned');
    const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'base', uid };
    await server.admin.post(configMaps('related'), {
      ...owned,
      metadata: { name: 'owned', ownerReferences: [owner] },
    });
    const update = await makePlan(author, 'related-1', {
      namespace: 'related',
      force: true,
      manifests: [configMap('base', { a: '2' })],
    });
    deepEqual(at(update.json, 'status', 'dependants'), [
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        name: 'owned',
        namespace: 'related',
        on: 'ConfigMap/related/base',
        relation: 'Owned',
      },
    ]);
    const removal = await makePlan(author, 'related-2', {
      namespace: 'related',
      delete: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'base' }],
    });
    equal(at(listAt(removal.json, 'status', 'dependants')[0], 'deleted'), true);
  });

  test('prune what the same manager applied before, and nothing else', async () => {
    await makeNamespace(server, 'pruned');
    const labelled = (name: string): object => ({
      ...configMap(name, { a: '1' }),
      metadata: { name, labels: { app: 'shop' } },
    });
    await makePlan(author, 'prune-1', {
      namespace: 'pruned',
      manifests: [labelled('keep'), labelled('drop')],
    });
    equal((await applyPlan(author, 'prune-1')).status, 201);
    await server.admin.post(configMaps('pruned'), labelled('foreign'));
    const { json } = await makePlan(author, 'prune-2', {
      namespace: 'pruned',
      manifests: [labelled('keep')],
      prune: { selector: 'app=shop' },
    });
    const changed = listAt(json, 'status', 'changes').filter((change) => at(change, 'operation') !== 'None');
    deepEqual(
      changed.map((change) => `${textAt(change, 'operation')} ${textAt(change, 'name')}`),
      ['Delete drop'],
    );
    const bad = await postPlan(author, 'prune-3', {
      manifests: [labelled('keep')],
      prune: { selector: 'a in (' },
    });
    equal(bad.status, 422, bad.text);
  });

  test('say what is wrong with bad input', async () => {
    const none = await postPlan(author, 'bad-0', { manifests: [] });
    equal(none.status, 422);
    match(none.text, /a plan needs at least one object/);
    const failing: [string, object, RegExp][] = [
      [
        'unknown',
        { apiVersion: 'nowhere.example.com/v1', kind: 'Thing', metadata: { name: 'x' } },
        /no kind Thing/,
      ],
      ['nameless', { apiVersion: 'v1', kind: 'ConfigMap' }, /metadata\.name is missing/],
      ['kindless', { apiVersion: 'v1', metadata: { name: 'x' } }, /kind is missing/],
      [
        'nested',
        { apiVersion: 'plinth.dev/v1alpha1', kind: 'Plan', metadata: { name: 'x' } },
        /cannot be part of a plan/,
      ],
      ['typo', { ...configMap('x'), dataa: {} }, /unknown field \\"dataa\\"/],
      [
        'nowhere',
        inNamespace('no-such-namespace', configMap('x')),
        /namespaces \\"no-such-namespace\\" not found/,
      ],
    ];
    for (const [name, manifest, expected] of failing) {
      const { status, text, json } = await postPlan(author, `bad-${name}`, { manifests: [manifest] });
      equal(status, 201, text);
      equal(textAt(json, 'status', 'phase'), 'Failed', name);
      match(text, expected, name);
      equal((await applyPlan(author, `bad-${name}`)).status, 409);
    }
    const twice = await postPlan(author, 'bad-twice', { manifests: [configMap('x'), configMap('x')] });
    match(twice.text, /is in the plan twice/);
  });

  test('are applied wholly or not at all, whoever writes at the same time', async () => {
    await makeNamespace(server, 'race');
    for (const name of ['a', 'b'])
      await server.admin.post(configMaps('race'), configMap(name, { v: 'start' }));
    const outcomes = new Set<number>();
    const valueOf = async (name: string): Promise<string> =>
      textAt((await server.admin.get(`${configMaps('race')}/${name}`)).json, 'data', 'v');
    for (let round = 0; round < 30; round++) {
      const [before, value] = [await valueOf('b'), `round-${round}`];
      const manifests = ['a', 'b'].map((name) => configMap(name, { v: value }));
      await makePlan(author, value, { namespace: 'race', force: true, manifests });
      const racing = server.admin.patch(
        `${configMaps('race')}/a`,
        { data: { racer: value } },
        'application/merge-patch+json',
      );
      const [applied, patched] = await Promise.all([applyPlan(author, value), racing]);
      equal(patched.status, 200, patched.text);
      outcomes.add(applied.status);
      equal(await valueOf('b'), applied.status === 201 ? value : before, applied.text);
      equal((await valueOf('a')) === value, applied.status === 201);
    }
    ok([...outcomes].every((status) => status === 201 || status === 409));
  });

  test('take the rights of their author to make and of their applier to apply', async () => {
    await makeNamespace(server, 'rights');
    const rbac = 'rbac.authorization.k8s.io';
    await server.admin.post(`/apis/${rbac}/v1/clusterroles`, {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRole',
      metadata: { name: 'planner' },
      rules: [{ verbs: ['*'], apiGroups: ['plinth.dev'], resources: ['*'] }],
    });
    await grant(server, 'planners', 'planner');
    const planner = server.as('paul', ['planners']);
    const spec = { namespace: 'rights', manifests: [configMap('x')] };
    const { text, json } = await postPlan(planner, 'rights-1', spec);
    equal(textAt(json, 'status', 'phase'), 'Failed');
    match(text, /cannot patch resource \\"configmaps\\"/);
    await makePlan(author, 'rights-2', spec);
    const refused = await applyPlan(planner, 'rights-2');
    equal(refused.status, 403, refused.text);
    equal((await applyPlan(server.as('nobody'), 'rights-2')).status, 403);
    equal((await applyPlan(author, 'rights-2')).status, 201);
  });

  test('survive a restart', async () => {
    const own = await startTestServer();
    await makePolicy(own, 'all', { kinds: ['ConfigMap'] }, { approvals: [{ count: 1 }] });
    await makePlan(own.admin, 'kept', { manifests: [configMap('kept')] });
    const again = await own.restart();
    try {
      equal((await applyPlan(again.admin, 'kept')).status, 409);
      equal((await decide(again.as('eve', ['system:masters']), again.admin, 'kept')).status, 201);
      equal((await applyPlan(again.admin, 'kept')).status, 201);
      equal((await again.admin.get(`${configMaps()}/kept`)).status, 200);
      deepEqual(again.faults, []);
    } finally {
      await again.close();
    }
  });

  test('of 10,000 objects are evaluated and applied', async () => {
    await makeNamespace(server, 'many');
    const manifests = Array.from({ length: 10_000 }, (_, i) =>
      configMap(`c-${i}`, { i: String(i), text: 'x'.repeat(100) }),
    );
    const { json } = await makePlan(author, 'many', { namespace: 'many', manifests });
    equal(at(json, 'status', 'counts', 'create'), 10_000);
    const applied = await applyPlan(author, 'many');
    equal(applied.status, 201, applied.text);
    equal((await server.admin.get(`${configMaps('many')}/c-9999`)).status, 200);
    equal(
      listAt((await server.admin.get(`${configMaps('many')}?limit=10000`)).json, 'items').length >= 10_000,
      true,
    );
  });
});
