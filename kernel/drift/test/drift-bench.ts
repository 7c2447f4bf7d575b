import { ControlPlane } from '../../control/control-plane.ts';
import { type Controller, defineController } from '../../control/controller.ts';
import { draft } from '../../control/draft.ts';
import { EventWriter } from '../../control/events.ts';
import { builtinTestResources, MemoryClient, testResource } from '../../control/test/memory-client.ts';
import { seededRandom } from '../../control/test/seeded-random.ts';
import { settle } from '../../control/test/settle.ts';
import { VirtualClock } from '../../control/test/virtual-clock.ts';
import type { Client } from '../../model/client.ts';
import { resourceOf } from '../../model/define-kind.ts';
import { isObject } from '../../model/json.ts';
import type { JsonObject, KubeObject } from '../../model/object.ts';
import { plans } from '../../plan/plan-kind.ts';
import type { CorrectionLimits } from '../correction-limit.ts';
import { driftController } from '../drift-controller.ts';
import { type Drift, driftKind, drifts, isDrift } from '../drift-kind.ts';
import { type DriftOutcome, DriftReporter } from '../drift-reporter.ts';

export const configMaps = { group: '', resource: 'configmaps' };
export const declarations = { group: 'example.dev', resource: 'declarations' };

const resources = [
  ...builtinTestResources,
  testResource('example.dev/v1', 'Declaration', 'declarations', { namespaced: false, status: true }),
  testResource('plinth.dev/v1alpha1', 'Plan', 'plans', { namespaced: false, status: true }),
  resourceOf(driftKind),
];

/**
 * The smallest controller that reports drift: a Declaration declares the data of the ConfigMap of its name in `default`.
 */
function declarationController(reporter: DriftReporter): Controller {
  return defineController({
    name: 'declaration',
    resource: declarations,
    watches: [{ resource: configMaps, map: ({ metadata }) => [{ name: metadata.name }] }],
    async reconcile({ name }, { client }) {
      const declaration = client.get(declarations, { name });
      if (!declaration) return undefined;
      const outcome = await reportOf(reporter, client, declaration);
      return { requeueAfterMs: Math.min(60_000, outcome.requeueAfterMs ?? 60_000) };
    },
  });
}

/** Reports the ConfigMap of a Declaration as it is now. */
export async function reportOf(
  reporter: DriftReporter,
  client: Client,
  declaration: KubeObject,
): Promise<DriftOutcome> {
  const { name } = declaration.metadata;
  const spec = isObject(declaration['spec']) ? declaration['spec'] : {};
  const target = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name };
  const manifest = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'default' },
    data: spec['data'] as JsonObject,
  };
  const observed = client.get(configMaps, { namespace: 'default', name });
  const declared = observed ? { ...observed, data: manifest.data } : manifest;
  const found = { target, declaredBy: declaration, observed, declared };
  if (spec['policy'] === 'report') return await reporter.report({ ...found, policy: 'report' });
  if (spec['policy'] === 'propose') {
    return await reporter.report({ ...found, policy: 'propose', manifest, fieldManager: 'tester' });
  }
  const correct = () => client.apply(configMaps, manifest, { force: true });
  return await reporter.report({ ...found, policy: 'correct', correct });
}

/** An API in memory with a reporter of drift. */
export class DriftBench {
  readonly clock = new VirtualClock();
  readonly client = new MemoryClient({ clock: this.clock, random: seededRandom(5), resources });
  readonly recorder = new EventWriter({ client: this.client, clock: this.clock, component: 'tester' });
  readonly errors: unknown[] = [];
  readonly plane = new ControlPlane({
    client: this.client,
    clock: this.clock,
    random: seededRandom(6),
    recorder: this.recorder,
    onError: (_controller, _key, error) => this.errors.push(error),
  });

  static async make(): Promise<DriftBench> {
    const bench = new DriftBench();
    const namespace = draft('v1', 'Namespace', { name: 'default' });
    await bench.client.create({ group: '', resource: 'namespaces' }, namespace);
    return bench;
  }

  reporter(client: Client = this.client, limits: Partial<CorrectionLimits> = {}): DriftReporter {
    return new DriftReporter({ client, clock: this.clock, recorder: this.recorder, name: 'tester', limits });
  }

  controllers(client: Client = this.client): Controller[] {
    return [declarationController(this.reporter(client)), driftController()];
  }

  async declare(name: string, policy: string, value = 'right'): Promise<KubeObject> {
    const spec = { policy, data: { key: value } };
    return await this.client.create(declarations, draft('example.dev/v1', 'Declaration', { name }, { spec }));
  }

  async configMap(name: string, value: string): Promise<void> {
    const object = draft('v1', 'ConfigMap', { name, namespace: 'default' }, { data: { key: value } });
    await this.client.create(configMaps, object);
  }

  async change(name: string, value: string): Promise<void> {
    await this.client.patch(configMaps, { namespace: 'default', name }, { data: { key: value } });
  }

  value(name: string): unknown {
    const data = this.client.get(configMaps, { namespace: 'default', name })?.['data'];
    return isObject(data) ? data['key'] : undefined;
  }

  start(): void {
    for (const controller of this.controllers()) this.plane.add(controller);
    this.plane.start();
  }

  async settle(horizonMs = 5_000): Promise<void> {
    await settle(this.plane, this.clock, { horizonMs });
    await this.recorder.flush();
  }

  get drifts(): Drift[] {
    return this.client.list(drifts).filter(isDrift);
  }

  /** The only Drift there is. */
  get drift(): Drift {
    const [drift, ...others] = this.drifts;
    if (!drift || others.length > 0) throw new Error(`there are ${this.drifts.length} Drifts`);
    return drift;
  }

  /** Reasons of the conditions of the only Drift. */
  get reasons(): Record<string, string> {
    return Object.fromEntries(
      (this.drift.status?.conditions ?? []).map(({ type, reason }) => [type, reason]),
    );
  }

  get plans(): string[] {
    return this.client.list(plans).map(({ metadata }) => metadata.name);
  }

  events(): string[] {
    return this.client
      .list({ group: '', resource: 'events' })
      .map((event) => String(event['reason']))
      .sort();
  }
}
