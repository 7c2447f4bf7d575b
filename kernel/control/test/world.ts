import type { KubeObject, ObjectMeta } from '../../model/object.ts';
import type { ResourceType } from '../../model/resource-type.ts';
import { ControlPlane } from '../control-plane.ts';
import type { Controller } from '../controller.ts';
import { type DraftMeta, draft } from '../draft.ts';
import { EventWriter } from '../events.ts';
import { builtinTestResources, MemoryClient, testResource } from './memory-client.ts';
import { seededRandom } from './seeded-random.ts';
import { settle } from './settle.ts';
import { VirtualClock } from './virtual-clock.ts';

export const configMaps = { group: '', resource: 'configmaps' };
export const namespaces = { group: '', resource: 'namespaces' };
export const widgets = { group: 'example.dev', resource: 'widgets' };
export const clusters = { group: 'example.dev', resource: 'clusters' };

/** The built-in kinds, a namespaced kind `Widget` and a cluster-scoped kind `Cluster`, both with a status. */
const worldResources: readonly ResourceType[] = [
  ...builtinTestResources,
  testResource('example.dev/v1', 'Widget', 'widgets', { status: true }),
  testResource('example.dev/v1', 'Cluster', 'clusters', { namespaced: false, status: true }),
];

/** An API in memory with namespaces `default` and `other`, a clock that stands still, and a host for controllers. */
export class World {
  readonly clock = new VirtualClock();
  readonly client: MemoryClient;
  readonly errors: unknown[] = [];
  readonly recorder: EventWriter;
  readonly plane: ControlPlane;

  private constructor(seed: number) {
    const random = seededRandom(seed);
    this.client = new MemoryClient({ clock: this.clock, random, resources: worldResources });
    this.recorder = new EventWriter({ client: this.client, clock: this.clock, component: 'test' });
    this.plane = new ControlPlane({
      client: this.client,
      clock: this.clock,
      random,
      recorder: this.recorder,
      onError: (_controller, _key, error) => this.errors.push(error),
    });
  }

  static async make(seed = 1): Promise<World> {
    const world = new World(seed);
    for (const name of ['default', 'other'])
      await world.client.create(namespaces, draft('v1', 'Namespace', { name }));
    return world;
  }

  run(...controllers: readonly Controller[]): void {
    for (const controller of controllers) this.plane.add(controller);
    this.plane.start();
  }

  async settle(horizonMs?: number): Promise<void> {
    await settle(this.plane, this.clock, horizonMs === undefined ? {} : { horizonMs });
    await this.recorder.flush();
  }

  async configMap(name: string, meta: Partial<ObjectMeta> = {}, data = {}): Promise<KubeObject> {
    return await this.client.create(
      configMaps,
      draft('v1', 'ConfigMap', { name, namespace: 'default', ...meta }, { data }),
    );
  }

  async widget(meta: DraftMeta, spec = {}): Promise<KubeObject> {
    return await this.client.create(
      widgets,
      draft('example.dev/v1', 'Widget', { namespace: 'default', ...meta }, { spec }),
    );
  }

  async cluster(meta: DraftMeta): Promise<KubeObject> {
    return await this.client.create(clusters, draft('example.dev/v1', 'Cluster', meta));
  }

  /** Names of what is there of a resource, as `namespace/name`. */
  names(id: { group: string; resource: string }): string[] {
    return this.client
      .list(id)
      .map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}`)
      .sort();
  }

  events(reason: string): KubeObject[] {
    return this.client.list({ group: '', resource: 'events' }).filter((event) => event['reason'] === reason);
  }
}

/** A reference that names `owner` as an owner. */
export function ownedBy(owner: KubeObject, blockOwnerDeletion = false) {
  const { apiVersion, kind, metadata } = owner;
  return {
    apiVersion,
    kind,
    name: metadata.name,
    uid: metadata.uid,
    ...(blockOwnerDeletion ? { blockOwnerDeletion } : {}),
  };
}
