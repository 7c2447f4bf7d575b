import type { Directories, Repositories } from '@plinth/kernel';
import {
  type Client,
  type Controller,
  DriftReporter,
  type KubeObject,
  type ResourceType,
  SourceError,
} from '@plinth/kernel';
import {
  builtinTestResources,
  ControlPlane,
  draft,
  driftController,
  driftKind,
  EventWriter,
  MemoryClient,
  resourceOf,
  seededRandom,
  settle,
  testResource,
  VirtualClock,
} from '@plinth/kernel/testing';
import { workspaceController } from '../src/controller.ts';
import { type Workspace, workspaceKind, workspaces } from '../src/kinds.ts';

export const configMaps = { group: '', resource: 'configmaps' };
export const secrets = { group: '', resource: 'secrets' };
export const namespaces = { group: '', resource: 'namespaces' };
export const definitions = { group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions' };

const resources: readonly ResourceType[] = [
  ...builtinTestResources,
  resourceOf(workspaceKind),
  resourceOf(driftKind),
  testResource('plinth.dev/v1alpha1', 'Plan', 'plans', { namespaced: false, status: true }),
  testResource('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'customresourcedefinitions', {
    namespaced: false,
    status: true,
  }),
];

/** A directory in memory: files can be changed, and a fault put in the place of reading. */
class MemoryDirectory implements Directories {
  readonly files = new Map<string, string>();
  readonly #watchers = new Set<() => void>();
  fault: SourceError | undefined;
  reads = 0;

  async read(path: string) {
    this.reads++;
    if (this.fault) throw this.fault;
    if (path !== '/source') throw new SourceError('SourceNotFound', `there is no ${path}`, 'create it');
    const files = [...this.files]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, text]) => ({ path: name, bytes: Buffer.from(text) }));
    return { revision: `sha256:${Buffer.from(JSON.stringify(files)).toString('base64')}`, files };
  }

  watch(_path: string, changed: () => void): () => void {
    this.#watchers.add(changed);
    return () => this.#watchers.delete(changed);
  }

  get watchers(): number {
    return this.#watchers.size;
  }

  /** Puts a file in, or takes it out. */
  put(name: string, text: string | undefined): void {
    if (text === undefined) this.files.delete(name);
    else this.files.set(name, text);
    for (const changed of this.#watchers) changed();
  }
}

const noRepositories: Repositories = {
  read: async () => await Promise.reject(new SourceError('GitMissing', 'there is no git here', 'none')),
};

/** An API in memory with a workspace controller over a directory in memory. */
export class Bench {
  readonly clock = new VirtualClock();
  readonly directory = new MemoryDirectory();
  readonly client: MemoryClient;
  readonly recorder: EventWriter;
  readonly plane: ControlPlane;
  readonly errors: unknown[] = [];

  private constructor() {
    const random = seededRandom(3);
    this.client = new MemoryClient({ clock: this.clock, random, resources, manager: 'user' });
    this.recorder = new EventWriter({
      client: this.client,
      clock: this.clock,
      component: 'plinth-workspace',
    });
    this.plane = new ControlPlane({
      client: this.client.as('plinth-workspace'),
      clock: this.clock,
      random,
      recorder: this.recorder,
      onError: (_controller, _key, error) => this.errors.push(error),
    });
  }

  static async make(files: Readonly<Record<string, string>> = {}): Promise<Bench> {
    const bench = new Bench();
    await bench.client.create(namespaces, draft('v1', 'Namespace', { name: 'default' }));
    for (const [name, text] of Object.entries(files)) bench.directory.files.set(name, text);
    return bench;
  }

  controller(): Controller {
    return workspaceController({
      directories: this.directory,
      repositories: noRepositories,
      clientAs: (manager) => this.client.as(manager),
      drift: this.reporter(this.client.as('plinth-workspace')),
    });
  }

  /** A reporter of drift, as a process has one. */
  reporter(client: Client): DriftReporter {
    return new DriftReporter({ client, clock: this.clock, recorder: this.recorder, name: 'workspace' });
  }

  /** Establishes definitions as the API does: some time after they are written. */
  establish(): void {
    this.client.follow(definitions, ({ type, object }) => {
      if (type === 'deleted' || (object['status'] as object | undefined)) return;
      this.clock.after(500, () => {
        const spec = object['spec'] as {
          group: string;
          scope: string;
          names: { kind: string; plural: string };
        };
        this.client.serve(
          testResource(`${spec.group}/v1`, spec.names.kind, spec.names.plural, {
            namespaced: spec.scope === 'Namespaced',
            status: true,
            origin: 'crd',
          }),
        );
        const status = {
          conditions: [
            { type: 'Established', status: 'True', reason: 'A', message: '', lastTransitionTime: '' },
          ],
        };
        void this.client.patch(definitions, { name: object.metadata.name }, { status }, 'status');
      });
    });
  }

  async create(spec: Record<string, unknown> = {}): Promise<KubeObject> {
    const defaults = {
      source: { directory: { path: '/source' } },
      interval: '1m',
      prune: true,
      suspend: false,
      drift: 'correct',
      timeout: '1m',
      fieldManager: 'plinth-workspace',
    };
    return await this.client.create(
      workspaces,
      draft('plinth.dev/v1alpha1', 'Workspace', { name: 'ws' }, { spec: { ...defaults, ...spec } }),
    );
  }

  async run(spec: Record<string, unknown> = {}): Promise<void> {
    this.plane.add(this.controller());
    this.plane.add(driftController());
    this.plane.start();
    await this.create(spec);
    await this.settle();
  }

  /** Comes to rest; periodic work begins anew only after a minute. */
  async settle(horizonMs = 20_000): Promise<void> {
    await settle(this.plane, this.clock, { horizonMs });
    await this.recorder.flush();
  }

  get workspace(): Workspace {
    const found = this.client.get(workspaces, { name: 'ws' });
    if (!found) throw new Error('the workspace is gone');
    return found as Workspace;
  }

  condition(type: string): { status?: string; reason?: string; message?: string } {
    return this.workspace.status?.conditions?.find((condition) => condition.type === type) ?? {};
  }

  /** `status` of each entry of the inventory, by name. */
  get states(): Record<string, string> {
    return Object.fromEntries(
      (this.workspace.status?.inventory ?? []).map(({ name, status }) => [name, status]),
    );
  }

  names(id: { group: string; resource: string }): string[] {
    return this.client
      .list(id)
      .map(({ metadata }) => metadata.name)
      .sort();
  }

  data(name: string, namespace = 'default'): unknown {
    return this.client.get(configMaps, { namespace, name })?.['data'];
  }

  /** Reasons of the events about objects of a kind. */
  reasons(kind = 'Workspace'): string[] {
    return this.client
      .list({ group: '', resource: 'events' })
      .filter((event) => (event['involvedObject'] as { kind?: string }).kind === kind)
      .map((event) => String(event['reason']))
      .sort();
  }
}

/** A manifest of a ConfigMap. */
export function configMap(name: string, value = 'one', more = ''): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n${more}data:\n  key: ${value}\n`;
}
