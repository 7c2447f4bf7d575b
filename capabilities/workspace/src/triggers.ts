import {
  type Client,
  type Clock,
  type Directories,
  type ObjectChange,
  type ResourceId,
  type Source,
  watchAtRest,
} from '@plinth/kernel';
import { keyOf } from './desired.ts';
import type { InventoryEntry } from './kinds.ts';
import { limits } from './limits.ts';

interface Followed {
  readonly stop: () => void;
  /** Workspaces by the objects of this resource that they hold. */
  readonly holders: Map<string, Set<string>>;
}

interface Watched {
  readonly path: string;
  readonly stop: () => void;
}

/**
 * What tells that a workspace should be looked at, beside its own changes: its objects, its directory, and kinds that
 * come. Follows exactly the resources and directories that workspaces have now.
 */
export class Triggers {
  readonly #directories: Directories;
  readonly #followed = new Map<string, Followed>();
  readonly #watched = new Map<string, Watched>();
  readonly #waiting = new Set<string>();
  #client: Client | undefined;
  #clock: Clock | undefined;
  #enqueue: (workspace: string, delayMs: number) => void = () => undefined;

  constructor(directories: Directories) {
    this.#directories = directories;
  }

  /** The source of events for the controller. */
  readonly source: Source = ({ client, clock }, enqueue) => {
    this.#client = client;
    this.#clock = clock;
    this.#enqueue = (name, delayMs) => enqueue({ name }, delayMs);
    const stopResources = client.onResourcesChanged(() => {
      for (const workspace of this.#waiting) this.#enqueue(workspace, 0);
    });
    return () => {
      stopResources();
      this.#enqueue = () => undefined;
      for (const { stop } of this.#followed.values()) stop();
      for (const { stop } of this.#watched.values()) stop();
      this.#followed.clear();
      this.#watched.clear();
      this.#waiting.clear();
    };
  };

  /** Follows what a workspace has now, and nothing that it had before. */
  track(workspace: string, entries: readonly InventoryEntry[], directory: string | undefined): void {
    const wanted = new Map<string, { id: ResourceId; keys: Set<string> }>();
    for (const entry of entries) {
      const type = this.#client?.resourceFor(entry.apiVersion, entry.kind);
      if (!type) continue;
      const id = { group: type.group, resource: type.resource };
      const at = `${id.group}/${id.resource}`;
      const known = wanted.get(at) ?? { id, keys: new Set() };
      known.keys.add(keyOf(entry));
      wanted.set(at, known);
    }
    this.#release(workspace, wanted);
    for (const [at, { id, keys }] of wanted) this.#hold(workspace, at, id, keys);
    if (entries.some(({ status }) => status === 'waiting')) this.#waiting.add(workspace);
    else this.#waiting.delete(workspace);
    this.#watch(workspace, directory);
  }

  /** Follows nothing of a workspace any more. */
  forget(workspace: string): void {
    this.track(workspace, [], undefined);
  }

  #release(workspace: string, wanted: ReadonlyMap<string, { keys: ReadonlySet<string> }>): void {
    for (const [at, { holders, stop }] of this.#followed) {
      for (const [key, workspaces] of holders) {
        if (wanted.get(at)?.keys.has(key)) continue;
        workspaces.delete(workspace);
        if (workspaces.size === 0) holders.delete(key);
      }
      if (holders.size > 0 || wanted.has(at)) continue;
      stop();
      this.#followed.delete(at);
    }
  }

  #hold(workspace: string, at: string, id: ResourceId, keys: ReadonlySet<string>): void {
    const holders = this.#followed.get(at)?.holders ?? new Map<string, Set<string>>();
    for (const key of keys) holders.set(key, (holders.get(key) ?? new Set()).add(workspace));
    if (this.#followed.has(at) || !this.#client) return;
    // What is there already was just looked at.
    let replaying = true;
    const stop = this.#client.follow(
      id,
      (change) => {
        if (!replaying || change.type !== 'added') this.#changed(change, holders);
      },
      () => (replaying = false),
    );
    this.#followed.set(at, { stop, holders });
  }

  #changed(
    { object, previous, type }: ObjectChange,
    holders: ReadonlyMap<string, ReadonlySet<string>>,
  ): void {
    if (type === 'modified' && previous?.metadata.resourceVersion === object.metadata.resourceVersion) return;
    const { apiVersion, kind, metadata } = object;
    const workspaces = holders.get(
      keyOf({ apiVersion, kind, namespace: metadata.namespace, name: metadata.name }),
    );
    for (const workspace of workspaces ?? []) this.#enqueue(workspace, limits.driftDelayMs);
  }

  #watch(workspace: string, path: string | undefined): void {
    const known = this.#watched.get(workspace);
    if (known?.path === path) return;
    known?.stop();
    this.#watched.delete(workspace);
    const clock = this.#clock;
    if (path === undefined || !clock) return;
    const stop = watchAtRest(this.#directories, path, clock, () => this.#enqueue(workspace, 0));
    this.#watched.set(workspace, { path, stop });
  }
}
