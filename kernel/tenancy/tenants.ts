import type { ClusterApi } from '../api/cluster-api.ts';
import { bucketOf, defaultTenant, keyOf } from '../api/keys.ts';
import type { TenantClusters } from '../api/server.ts';
import { parseStored } from '../api/versions.ts';
import type { ClientCertificates } from '../auth/authenticators/client-certificate.ts';
import { claimedIssuer } from '../auth/authenticators/service-account-authenticator.ts';
import type { Credentials } from '../auth/port.ts';
import { withFence } from '../cluster/fence.ts';
import type { Clock } from '../ports/clock.ts';
import { followBucket } from '../run/bucket-follower.ts';
import type { Store } from '../store/port.ts';
import { startRetryMs, startsAtOnce } from './limits.ts';
import { isTenant, type Tenant, tenants } from './tenant-kind.ts';
import { issuerOf } from './virtual-cluster.ts';

/** A tenant that is served by this process. */
export interface RunningTenant {
  readonly name: string;
  readonly uid: string;
  readonly api: ClusterApi;
  /** Takes over what its Tenant has come to ask for. */
  update(tenant: Tenant): void;
  /**
   * Ends all work for it; nothing is written below its keys any more.
   * @param isDeleted whether all of it is to go, so that there is nothing worth storing
   */
  stop(isDeleted: boolean): Promise<void>;
}

export interface TenantsOptions {
  readonly store: Store;
  readonly certificates: ClientCertificates;
  /** The host's own API, which credentials may claim too. */
  readonly host: () => ClusterApi;
  readonly clock: Clock;
  /** Puts a tenant together and starts it. */
  readonly start: (tenant: Tenant) => Promise<RunningTenant>;
  /** Called when a tenant that this process has served is gone, with all that was in the store. */
  readonly gone: (name: string) => Promise<void>;
  /** Called with the number of tenants that are served, after it has changed. */
  readonly changed: (count: number) => void;
  readonly onFault: (what: string, error: unknown) => void;
}

/** What is done for one name. */
interface Place {
  running: RunningTenant | undefined;
  /** Why it could not be started. */
  problem: Error | undefined;
  /** Whether this process has served a tenant of the name. */
  wasServed: boolean;
  /** The work under way; one piece at a time. */
  work: Promise<void>;
  cancelRetry: () => void;
}

/**
 * The tenants that this process serves. It follows the Tenant objects: one that is there is started, one that is being
 * deleted is stopped at once. What it knows is in the store, so each process comes to the same tenants.
 */
export class Tenants implements TenantClusters {
  readonly #options: TenantsOptions;
  readonly #places = new Map<string, Place>();
  readonly #byUid = new Map<string, RunningTenant>();
  readonly #byIssuer = new Map<string, RunningTenant>();
  readonly #line: (() => void)[] = [];
  #starting = 0;
  #unfollow: () => void = () => {};
  #isOver = false;

  constructor(options: TenantsOptions) {
    this.#options = options;
  }

  /** Starts all tenants, and follows what comes. Resolves when those that are there are served, or cannot be. */
  async start(): Promise<void> {
    const { store, onFault } = this.#options;
    const bucket = bucketOf(defaultTenant, tenants);
    const nameOf = (key: string): string => key.slice(key.lastIndexOf('/') + 1);
    this.#unfollow = followBucket(store, bucket, {
      listed: (stored) => {
        const names = new Set([...stored.map(({ key }) => nameOf(key)), ...this.#places.keys()]);
        for (const name of names) void this.settle(name);
      },
      changed: ({ object }) => void this.settle(nameOf(object.key)),
      fault: onFault,
    });
    await Promise.all([...this.#places.values()].map(({ work }) => work));
  }

  /** Stops all tenants; none is started any more. */
  async stop(): Promise<void> {
    this.#isOver = true;
    this.#unfollow();
    await Promise.all([...this.#places.keys()].map((name) => this.settle(name)));
  }

  find(name: string): ClusterApi | undefined {
    return this.#places.get(name)?.running?.api;
  }

  home({ socket, bearer }: Credentials): ClusterApi | undefined {
    const claim = socket && this.#options.certificates.claim(socket);
    if (claim) return claim.tenant === undefined ? this.#options.host() : this.#byUid.get(claim.tenant)?.api;
    const issuer = bearer === undefined ? undefined : claimedIssuer(bearer);
    if (issuer === undefined) return undefined;
    return issuer === issuerOf(undefined) ? this.#options.host() : this.#byIssuer.get(issuer)?.api;
  }

  *all(): Iterable<ClusterApi> {
    for (const { running } of this.#places.values()) if (running) yield running.api;
  }

  /** How many are served. */
  get count(): number {
    return this.#byUid.size;
  }

  /** The tenant that is served under a name. */
  running(name: string): RunningTenant | undefined {
    return this.#places.get(name)?.running;
  }

  /** Why the tenant of a name cannot be served; undefined when it is, or when there is none. */
  problem(name: string): Error | undefined {
    return this.#places.get(name)?.problem;
  }

  /** Brings a name to what its Tenant asks for at this moment: started, brought up to date, or stopped. Resolves when it is. */
  settle(name: string): Promise<void> {
    let place = this.#places.get(name);
    if (!place) {
      place = {
        running: undefined,
        problem: undefined,
        wasServed: false,
        work: Promise.resolve(),
        cancelRetry: () => {},
      };
      this.#places.set(name, place);
    }
    const own = place;
    // Every process serves the tenants, whoever asks for it here: what is started belongs to no unit of work.
    own.work = own.work.then(() => withFence(undefined, () => this.#settle(name, own)));
    return own.work;
  }

  async #settle(name: string, place: Place): Promise<void> {
    const { onFault } = this.#options;
    place.cancelRetry();
    place.problem = undefined;
    const wanted = this.#wanted(name);
    try {
      const { running } = place;
      if (running && running.uid !== wanted?.metadata.uid) await this.#stopOne(place, running);
      if (wanted && place.running) place.running.update(wanted);
      else if (wanted) await this.#startOne(place, wanted);
      else if (!this.#isOver && !this.#isThere(name)) {
        this.#places.delete(name);
        if (place.wasServed) await this.#options.gone(name);
      }
    } catch (error) {
      place.problem = error instanceof Error ? error : new Error(String(error));
      onFault(`${wanted ? 'starting' : 'stopping'} tenant ${name}`, error);
      if (!this.#isOver) this.#retryLater(name, place);
    }
  }

  #isThere(name: string): boolean {
    return this.#options.store.get(keyOf(defaultTenant, tenants, '', name)) !== undefined;
  }

  /** The Tenant of a name, if it is to be served. */
  #wanted(name: string): Tenant | undefined {
    if (this.#isOver) return undefined;
    const stored = this.#options.store.get(keyOf(defaultTenant, tenants, '', name));
    const tenant = stored && parseStored(stored);
    if (!tenant || !isTenant(tenant) || tenant.metadata.deletionTimestamp !== undefined) return undefined;
    return tenant;
  }

  async #startOne(place: Place, tenant: Tenant): Promise<void> {
    await this.#enter();
    try {
      const running = await this.#options.start(tenant);
      place.running = running;
      place.wasServed = true;
      this.#byUid.set(running.uid, running);
      this.#byIssuer.set(issuerOf(running), running);
      this.#options.changed(this.count);
    } finally {
      this.#starting--;
      this.#line.shift()?.();
    }
  }

  async #stopOne(place: Place, running: RunningTenant): Promise<void> {
    // No request finds it from now on.
    place.running = undefined;
    this.#byUid.delete(running.uid);
    this.#byIssuer.delete(issuerOf(running));
    this.#options.changed(this.count);
    await running.stop(!this.#isOver);
  }

  /** Few are started at once, so that many do not hold up the requests of others. */
  async #enter(): Promise<void> {
    while (this.#starting >= startsAtOnce) await new Promise<void>((resolve) => this.#line.push(resolve));
    this.#starting++;
  }

  #retryLater(name: string, place: Place): void {
    place.cancelRetry = this.#options.clock.after(startRetryMs, () => void this.settle(name));
  }
}
