import { bucketOf } from '../api/keys.ts';
import type { Objects } from '../api/objects.ts';
import type { StoredObject, StoreEvent } from '../store/port.ts';
import { ApprovalIndex } from './approval-index.ts';
import { followBucket } from './bucket-follower.ts';
import { type Run, runs } from './run-kind.ts';
import { createRuns, type RunRequest } from './run-request.ts';
import { type FollowedTenant, type RunTenant, servedRuns } from './run-tenant.ts';
import type { WorldParts } from './run-world.ts';

/** What is told of the runs of tenants. */
export interface TenantListener {
  listed(objects: Objects, stored: readonly StoredObject[]): void;
  changed(objects: Objects, event: StoreEvent): void;
  /** A batch of changes has been told. */
  rested(): void;
  /** Decisions about a run have changed. */
  decided(runKey: string): void;
}

/** The tenants whose runs the engine knows, and those of them that it follows. */
export class RunTenants {
  readonly #parts: Omit<WorldParts, 'registry' | 'served' | 'definitions'>;
  readonly #listener: TenantListener;
  readonly #byName = new Map<string, RunTenant>();
  readonly #followed = new Map<Objects, FollowedTenant>();

  constructor(parts: Omit<WorldParts, 'registry' | 'served' | 'definitions'>, listener: TenantListener) {
    this.#parts = parts;
    this.#listener = listener;
  }

  get size(): number {
    return this.#byName.size;
  }

  add(tenant: RunTenant): void {
    this.#byName.set(tenant.objects.tenant, tenant);
  }

  /** Takes a tenant out and ends following it. @returns its objects; undefined when there is none of that name */
  remove(name: string): Objects | undefined {
    const objects = this.#byName.get(name)?.objects;
    this.#byName.delete(name);
    if (!objects) return undefined;
    this.#followed.get(objects)?.stop();
    this.#followed.delete(objects);
    return objects;
  }

  /** Follows the runs of a tenant. @throws Error when its registry serves no Runs */
  follow(tenant: RunTenant): void {
    const { objects, registry, definitions } = tenant;
    const { onFault } = this.#parts;
    const listener = this.#listener;
    const served = servedRuns(registry);
    const approvals = new ApprovalIndex(objects, (runKey) => listener.decided(runKey), onFault);
    let unfollow = (): void => {};
    const stop = (): void => {
      approvals.stop();
      unfollow();
    };
    const parts = { ...this.#parts, registry, definitions, served };
    this.#followed.set(objects, { ...tenant, served, parts, approvals, stop });
    unfollow = followBucket(objects.store, bucketOf(objects.tenant, runs), {
      listed: (stored) => listener.listed(objects, stored),
      changed: (event) => listener.changed(objects, event),
      rested: () => listener.rested(),
      fault: onFault,
    });
  }

  followAll(): void {
    for (const tenant of this.#byName.values()) this.follow(tenant);
  }

  unfollowAll(): void {
    for (const { stop } of this.#followed.values()) stop();
    this.#followed.clear();
  }

  /** The objects of all tenants that are followed. */
  followedObjects(): Objects[] {
    return [...this.#followed.keys()];
  }

  /** A tenant that is followed; undefined when it is not, or not any more. */
  followed(objects: Objects): FollowedTenant | undefined {
    return this.#followed.get(objects);
  }

  /** What is known of the tenant of a run that the engine holds. */
  of(objects: Objects): FollowedTenant {
    const tenant = this.#followed.get(objects);
    if (!tenant) throw new Error(`the tenant ${objects.tenant} is not followed`);
    return tenant;
  }

  /** Creates runs of a tenant, the first one unless named. @throws RangeError when there is none, StatusError */
  async enqueue(requests: readonly RunRequest[], name: string | undefined): Promise<Run[]> {
    const [first] = this.#byName.values();
    const found = name === undefined ? first : this.#byName.get(name);
    if (!found) throw new RangeError(`there is no tenant ${name ?? ''}`);
    const { objects, definitions, registry } = found;
    const { random } = this.#parts;
    return await createRuns(objects, requests, { served: servedRuns(registry), definitions, random });
  }
}
