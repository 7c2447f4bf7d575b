/**
 * Leader election over a Lease. A candidate is in one of these states:
 *
 *   standing --the lease is free, or its holder was silent for its duration--> leading
 *   leading  --renewed every `retryPeriodMs`--> leading
 *   leading  --not renewed for `renewDeadlineMs`, or another one holds it--> standing
 *
 * How long a holder was silent is measured with the monotonic clock, from when this candidate saw the lease change;
 * times written in the lease are for people. So a clock that is set back or runs differently changes nothing.
 *
 * Spec: coordination.k8s.io/v1 Lease; the rules of k8s.io/client-go/tools/leaderelection.
 */
import type { Client } from '../model/client.ts';
import { equalJson, isObject } from '../model/json.ts';
import type { KubeObject } from '../model/object.ts';
import { type Clock, formatMicroTime } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import { draft } from './draft.ts';

const leases = { group: 'coordination.k8s.io', resource: 'leases' } as const;

export interface LeaderElectionOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: Random;
  readonly namespace: string;
  readonly name: string;
  /** Names this candidate; unique among all candidates. */
  readonly identity: string;
  /** How long a silent holder keeps the lease, in milliseconds; whole seconds. */
  readonly leaseDurationMs?: number;
  /** For how long the leader tries to renew before it steps down; less than the duration. */
  readonly renewDeadlineMs?: number;
  /** Time between two tries. */
  readonly retryPeriodMs?: number;
  readonly onStartedLeading: () => void;
  /** The lease is lost: all that only the leader may do must end now. */
  readonly onStoppedLeading: () => void;
  readonly onError?: (error: unknown) => void;
}

/** The defaults of client-go: fail over within 15 s, survive 10 s of an unreachable store. */
const defaults = { leaseDurationMs: 15_000, renewDeadlineMs: 10_000, retryPeriodMs: 2_000 };

interface LeaseSpec {
  holderIdentity?: string;
  leaseDurationSeconds?: number;
  acquireTime?: string;
  renewTime?: string;
  leaseTransitions?: number;
}

/** One candidate for a lease; see the top of its file for the rules. */
export class LeaderElection {
  readonly #options: LeaderElectionOptions & typeof defaults;
  #observed: { spec: LeaseSpec; atMs: number } | undefined;
  #renewedAtMs = 0;
  #leading = false;
  #cancel: (() => void) | undefined;
  #round: Promise<void> = Promise.resolve();
  #running = false;

  /** @throws Error when the durations contradict each other */
  constructor(options: LeaderElectionOptions) {
    this.#options = { ...defaults, ...options };
    const { leaseDurationMs, renewDeadlineMs, retryPeriodMs } = this.#options;
    if (leaseDurationMs <= renewDeadlineMs || renewDeadlineMs <= retryPeriodMs) {
      throw new Error(
        'a lease needs leaseDurationMs > renewDeadlineMs > retryPeriodMs, ' +
          `found ${leaseDurationMs}, ${renewDeadlineMs}, ${retryPeriodMs}`,
      );
    }
  }

  get leading(): boolean {
    return this.#leading;
  }

  /** The holder as this candidate last saw it. */
  get holder(): string | undefined {
    return this.#observed?.spec.holderIdentity;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#next(0);
  }

  /** Stops standing; a leader hands the lease back, so that the next one need not wait for it to run out. */
  async stop(): Promise<void> {
    this.#running = false;
    this.#cancel?.();
    await this.#round;
    if (!this.#leading) return;
    this.#stepDown();
    try {
      await this.#release();
    } catch (error) {
      this.#options.onError?.(error);
    }
  }

  #next(delayMs: number): void {
    this.#cancel = this.#options.clock.after(delayMs, () => {
      this.#round = this.#try();
    });
  }

  async #try(): Promise<void> {
    const { clock, renewDeadlineMs, retryPeriodMs, onError, random } = this.#options;
    const startedAtMs = clock.monotonic();
    // A write that hangs must not let the leader believe in its lease beyond the deadline.
    const cancelDeadline = this.#leading
      ? clock.after(Math.max(0, this.#renewedAtMs + renewDeadlineMs - startedAtMs), () => this.#stepDown())
      : undefined;
    let held = false;
    try {
      held = await this.#acquireOrRenew();
    } catch (error) {
      onError?.(error);
    }
    cancelDeadline?.();
    if (held) this.#lead(startedAtMs);
    else if (this.#leading) {
      const lost = this.holder !== this.#options.identity;
      if (lost || clock.monotonic() - this.#renewedAtMs >= renewDeadlineMs) this.#stepDown();
    }
    // Up to a fifth more, so that candidates do not knock in step.
    if (this.#running) this.#next(retryPeriodMs * (1 + random.below(201) / 1000));
  }

  #lead(sinceMs: number): void {
    this.#renewedAtMs = sinceMs;
    if (this.#leading || !this.#running) return;
    this.#leading = true;
    this.#options.onStartedLeading();
  }

  #stepDown(): void {
    if (!this.#leading) return;
    this.#leading = false;
    this.#options.onStoppedLeading();
  }

  async #acquireOrRenew(): Promise<boolean> {
    const { client, clock, namespace, name, identity } = this.#options;
    const lease = client.get(leases, { namespace, name });
    if (!lease) {
      const created = await client.create(
        leases,
        draft(
          'coordination.k8s.io/v1',
          'Lease',
          { name, namespace },
          {
            spec: this.#spec(undefined),
          },
        ),
      );
      this.#observe(specOf(created));
      return true;
    }
    const spec = specOf(lease);
    this.#observe(spec);
    const held = spec.holderIdentity !== undefined && spec.holderIdentity !== '';
    const validMs = (spec.leaseDurationSeconds ?? 0) * 1000;
    const silentMs = clock.monotonic() - (this.#observed?.atMs ?? 0);
    if (held && spec.holderIdentity !== identity && silentMs < validMs) return false;
    const written = await client.update(leases, { ...lease, spec: this.#spec(spec) });
    this.#observe(specOf(written));
    return true;
  }

  async #release(): Promise<void> {
    const { client, clock, namespace, name, identity } = this.#options;
    const lease = client.get(leases, { namespace, name });
    if (!lease || specOf(lease).holderIdentity !== identity) return;
    const now = formatMicroTime(clock.now());
    const { leaseTransitions = 0 } = specOf(lease);
    const spec = {
      holderIdentity: '',
      leaseDurationSeconds: 1,
      acquireTime: now,
      renewTime: now,
      leaseTransitions,
    };
    await client.update(leases, { ...lease, spec });
  }

  #observe(spec: LeaseSpec): void {
    if (this.#observed && equalJson(this.#observed.spec, spec)) return;
    this.#observed = { spec, atMs: this.#options.clock.monotonic() };
  }

  #spec(previous: LeaseSpec | undefined): LeaseSpec {
    const { clock, identity, leaseDurationMs } = this.#options;
    const now = formatMicroTime(clock.now());
    const renewed = previous?.holderIdentity === identity;
    const transitions = previous?.leaseTransitions ?? 0;
    return {
      holderIdentity: identity,
      leaseDurationSeconds: Math.ceil(leaseDurationMs / 1000),
      acquireTime: renewed ? (previous.acquireTime ?? now) : now,
      renewTime: now,
      leaseTransitions: previous && !renewed ? transitions + 1 : transitions,
    };
  }
}

function specOf(lease: KubeObject): LeaseSpec {
  const { spec } = lease;
  if (!isObject(spec)) return {};
  const { holderIdentity, leaseDurationSeconds, acquireTime, renewTime, leaseTransitions } = spec;
  return {
    ...(typeof holderIdentity === 'string' ? { holderIdentity } : {}),
    ...(typeof leaseDurationSeconds === 'number' ? { leaseDurationSeconds } : {}),
    ...(typeof acquireTime === 'string' ? { acquireTime } : {}),
    ...(typeof renewTime === 'string' ? { renewTime } : {}),
    ...(typeof leaseTransitions === 'number' ? { leaseTransitions } : {}),
  };
}
