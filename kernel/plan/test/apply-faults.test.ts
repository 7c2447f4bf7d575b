import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { draft } from '../../control/draft.ts';
import { seededRandom } from '../../control/test/seeded-random.ts';
import { VirtualClock } from '../../control/test/virtual-clock.ts';
import { assembleCore, type Core } from '../../core.ts';
import type { KubeObject } from '../../model/object.ts';
import { StatusError } from '../../model/status-error.ts';
import { type Append, type Store, StoreError, type StoreOperation } from '../../store/port.ts';
import { openLabStore } from '../../store/test/lab-store.ts';

const plans = { group: 'plinth.dev', resource: 'plans' };
const configMaps = { group: '', resource: 'configmaps' };
const apiVersion = 'plinth.dev/v1alpha1';

/** What happens to one commit, counted from the arming of the fault. */
type Fault = { readonly at: number; readonly kind: 'fail' | 'lose' | 'conflict' };

/** The store of a process; the store below outlives it. */
function faultyStore(below: Store, armed: { fault: Fault | undefined; commits: number }): Store {
  const commit = async (operations: readonly StoreOperation[], appends?: readonly Append[]) => {
    const { fault } = armed;
    const hit = fault && armed.commits++ === fault.at ? fault.kind : undefined;
    const disk = new StoreError('read-only', 'a fault for a test', { hint: 'try again' });
    if (hit === 'fail') throw disk;
    const [first] = operations;
    const key = first && first.type !== 'bound' ? first.key : '';
    if (hit === 'conflict') throw new StoreError('conflict', key, { key, actual: 99 });
    const done = await below.commit(operations, appends);
    if (hit === 'lose') throw disk;
    return done;
  };
  return new Proxy<Store>(below, {
    get: (target, name) => {
      if (name === 'commit') return commit;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

class Life {
  readonly armed: { fault: Fault | undefined; commits: number } = { fault: undefined, commits: 0 };
  readonly core: Core;

  private constructor(core: Core, armed: Life['armed']) {
    this.core = core;
    this.armed = armed;
  }

  static async start(below: Store, seed: number): Promise<Life> {
    const armed: Life['armed'] = { fault: undefined, commits: 0 };
    const core = await assembleCore(faultyStore(below, armed), {
      capabilities: [],
      clock: new VirtualClock(),
      random: seededRandom(seed),
      dataDirectory: '/nonexistent',
      rootCa: 'the root of trust',
      authenticateToken: () => undefined,
      issueToken: () => Promise.reject(new Error('nobody asks for tokens')),
      onFault: (_what, error) => {
        throw error;
      },
    });
    return new Life(core, armed);
  }

  get client() {
    return this.core.client('test');
  }

  async plan(name: string, spec: object): Promise<KubeObject> {
    return await this.client.create(plans, draft(apiVersion, 'Plan', { name }, { spec }));
  }

  async apply(name: string, username = 'anna'): Promise<KubeObject> {
    const plan = this.client.get(plans, { name });
    const apply = this.core.registry.get(plans.group, plans.resource)?.strategy.actions?.['apply'];
    if (!plan || !apply) throw new Error('there is no plan to apply');
    return await apply.run(plan, draft(apiVersion, 'PlanApplication', { name }), {
      user: { username, groups: ['system:masters'] },
      operation: 'create',
      subresource: 'apply',
      nowMs: Date.UTC(2026, 0, 1),
      dryRun: false,
      warn: () => undefined,
    });
  }
}

const data = (name: string, value: string): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
  data: { value },
});

/** What the objects of the scenario came to. */
function outcome(life: Life): Record<string, unknown> {
  const all = life.client.list(configMaps, { namespace: 'default' });
  return Object.fromEntries(all.map((object) => [object.metadata.name, object['data']]));
}

describe('applying a plan', () => {
  const spec = {
    force: true,
    manifests: [data('kept', 'new'), data('made', 'new')],
    delete: [{ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'old' }],
  };
  const expected = { kept: { value: 'new' }, made: { value: 'new' } };

  async function scenario(): Promise<{ below: Store; life: Life }> {
    const below = await openLabStore();
    const life = await Life.start(below, 1);
    for (const name of ['kept', 'old']) {
      await life.client.create(configMaps, data(name, 'old') as KubeObject);
    }
    await life.plan('p', spec);
    return { below, life };
  }

  test('is one commit: with any fault in it, it happened wholly or not at all, and a repeat ends it once', async () => {
    for (const kind of ['fail', 'lose', 'conflict'] as const) {
      const { below, life } = await scenario();
      const before = outcome(life);
      life.armed.fault = { at: 0, kind };
      let failed = false;
      await life.apply('p').catch((error: unknown) => {
        failed = true;
        ok(error instanceof StatusError && error.code === 503, String(error));
      });
      equal(failed, kind !== 'conflict', 'a lost race is run again');
      const between = outcome(life);
      deepEqual(between, kind === 'fail' ? before : expected, kind);
      // The process ends here, and another one is asked again.
      const next = await Life.start(below, 2);
      const answer = await next.apply('p', 'somebody');
      deepEqual(outcome(next), expected, kind);
      const status = answer['status'];
      ok(typeof status === 'object' && status !== null);
      equal(
        Reflect.get(status, 'by'),
        kind === 'fail' ? 'somebody' : 'anna',
        'the first apply is what is told',
      );
      equal(Reflect.get(status, 'repeated'), kind !== 'fail');
      const revision = below.revision;
      await next.apply('p');
      equal(below.revision, revision, 'a repeat writes nothing');
    }
  });

  test('forgets what a plan was made from once it is applied', async () => {
    const { below, life } = await scenario();
    const record = (): string => below.get('default/plinth.dev/planrecords//p')?.value ?? '';
    ok(record().includes('manifests'));
    await life.apply('p');
    ok(!record().includes('manifests'));
  });

  test('leaves no plan behind when it cannot be stored', async () => {
    const { below, life } = await scenario();
    life.armed.fault = { at: 0, kind: 'fail' };
    await rejects(life.plan('q', spec), { code: 503 });
    equal(life.client.get(plans, { name: 'q' }), undefined);
    equal(below.get('default/plinth.dev/planrecords//q'), undefined);
  });

  test('of the same change in the same world has the same digest in another process', async () => {
    const digests = new Set<string>();
    for (const seed of [1, 2]) {
      const life = await Life.start(await openLabStore(), seed);
      const plan = await life.plan('p', { manifests: [data('a', '1'), data('b', '2')] });
      const status = plan['status'];
      digests.add(typeof status === 'object' && status !== null ? String(Reflect.get(status, 'digest')) : '');
    }
    equal(digests.size, 1);
  });

  test('tells of a section that fails or says nothing', async () => {
    const sections = [
      { name: 'cost', title: 'Cost', evaluate: async () => ({ summary: '+12 EUR/month', lines: ['one'] }) },
      { name: 'broken', title: 'Broken', evaluate: () => Promise.reject(new Error('no price book')) },
      { name: 'quiet', title: 'Quiet', evaluate: async () => undefined },
    ];
    const core = await assembleCore(await openLabStore(), {
      capabilities: [{ name: 'test', kinds: [], open: () => ({ planSections: sections }) }],
      clock: new VirtualClock(),
      random: seededRandom(1),
      dataDirectory: '/nonexistent',
      rootCa: '',
      authenticateToken: () => undefined,
      issueToken: () => Promise.reject(new Error('nobody asks for tokens')),
      onFault: () => undefined,
    });
    const plan = await core
      .client('test')
      .create(plans, draft(apiVersion, 'Plan', { name: 'p' }, { spec: { manifests: [data('a', '1')] } }));
    const status = plan['status'];
    ok(typeof status === 'object' && status !== null);
    deepEqual(Reflect.get(status, 'sections'), [
      { name: 'cost', title: 'Cost', summary: '+12 EUR/month', lines: ['one'] },
      { name: 'broken', title: 'Broken', error: 'no price book' },
    ]);
  });
});
