/**
 * Who is there. A process is in one of these states:
 *
 *   joining --its record is written--> present
 *   present --renewed every `renewEveryMs`--> present
 *   present --not renewed for `ownershipMsMax`, or its record was deleted--> lost: its work stops
 *   lost    --renewed again--> present
 *
 * No clock of one machine is compared with that of another. How long a member was silent is measured by the monotonic
 * clock of the one who judges, from when it saw the record change to the beginning of its own last renewal: a commit brings
 * along all that was committed before, so what it has not seen by then did not happen. One who was itself out of contact, or
 * stopped, begins to measure anew, or it would bury all others when it wakes.
 */
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import { type Store, StoreError, type StoreOperation } from '../store/port.ts';
import { type Member, memberKey, memberLease, textAt } from './lease-record.ts';
import { memberSilenceMsMax, ownershipMsMax, renewEveryMs, renewRetryMs } from './limits.ts';

export interface MembershipOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  /** This process, as it is now. */
  readonly self: () => Member;
  /** The process may not rely on its ownership any more: all its work ends now. */
  readonly lost: () => void;
  /** The membership was renewed: what is known of the others is up to date. */
  readonly renewed: () => void;
  /** Told when renewing begins to fail, and why. */
  readonly onFault: (what: string, error: unknown) => void;
}

interface Seen {
  readonly member: Member;
  /** Revision of its record, and when that was seen, by the monotonic clock in milliseconds. */
  readonly revision: number;
  readonly atMs: number;
}

/** The membership of this process, and what it sees of the others; the rules are at the top of its file. */
export class Membership {
  readonly #options: MembershipOptions;
  readonly #uid: string;
  readonly #joinedAtMs: number;
  readonly #others = new Map<string, Seen>();
  #revision = 0;
  /** The beginning of the last renewal that went well, by the monotonic clock. */
  #renewedAtMs = Number.NEGATIVE_INFINITY;
  /** Since when no two renewals were too far apart for judging others. */
  #inContactSinceMs = Number.POSITIVE_INFINITY;
  #isPresent = false;
  #isFailing = false;
  #isOver = false;
  #renewing: Promise<void> = Promise.resolve();
  #cancelNext: (() => void) | undefined;
  #cancelDeadline: (() => void) | undefined;

  constructor(options: MembershipOptions) {
    this.#options = options;
    this.#uid = options.random.uuid();
    this.#joinedAtMs = options.clock.now();
  }

  /** Writes the first record, and renews it from then on. @throws StoreError when it cannot be written */
  async start(): Promise<void> {
    const startedAtMs = this.#options.clock.monotonic();
    await this.#write();
    this.#succeeded(startedAtMs);
    this.#next(renewEveryMs);
  }

  /** Whether others still count this process as present, whatever has happened since. */
  holds(): boolean {
    return this.#isPresent && this.#options.clock.monotonic() - this.#renewedAtMs < ownershipMsMax;
  }

  /** Milliseconds since the beginning of the last renewal that went well. */
  get silentMs(): number {
    return this.#options.clock.monotonic() - this.#renewedAtMs;
  }

  /** The processes that live as far as this one can tell, itself among them. */
  live(): Member[] {
    const others = [...this.#others.values()].filter((seen) => this.#silenceOf(seen) <= memberSilenceMsMax);
    return [this.#options.self(), ...others.map(({ member }) => member)];
  }

  /** The records of processes that were silent for so many milliseconds. */
  silentFor(durationMs: number): { readonly id: string; readonly revision: number }[] {
    return [...this.#others.values()]
      .filter((seen) => this.#silenceOf(seen) > durationMs)
      .map(({ member, revision }) => ({ id: member.id, revision }));
  }

  /** Takes in the record of a member. */
  seen(member: Member, revision: number): void {
    if (member.id === this.#options.self().id) return;
    const known = this.#others.get(member.id);
    if (known && known.revision >= revision) return;
    this.#others.set(member.id, { member, revision, atMs: this.#options.clock.monotonic() });
  }

  /** The record of a member was deleted: it has left. */
  left(id: string): void {
    if (id !== this.#options.self().id) this.#others.delete(id);
    else if (!this.#isOver && this.#isPresent) this.#lose();
  }

  /**
   * Ends renewing and deletes the record, so that nobody waits for this process.
   * @param besides what is given up in the same commit; when it does not hold any more the record goes alone
   * @throws StoreError when it cannot be written
   */
  async leave(besides: readonly StoreOperation[]): Promise<void> {
    this.#isOver = true;
    this.#isPresent = false;
    this.#cancelNext?.();
    this.#cancelDeadline?.();
    await this.#renewing;
    const { store, self } = this.#options;
    const key = memberKey(self().id);
    if (!store.get(key)) return;
    const deletion: StoreOperation = { type: 'delete', key, value: () => '{}' };
    try {
      await store.commit([...besides, deletion]);
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== 'conflict') throw error;
      await store.commit([deletion]);
    }
  }

  #silenceOf({ atMs }: Seen): number {
    return this.#renewedAtMs - Math.max(atMs, this.#inContactSinceMs);
  }

  #next(delayMs: number): void {
    if (this.#isOver) return;
    this.#cancelNext = this.#options.clock.after(delayMs, () => {
      this.#renewing = this.#renew();
    });
  }

  async #renew(): Promise<void> {
    const startedAtMs = this.#options.clock.monotonic();
    try {
      await this.#write();
    } catch (error) {
      this.#failed(error);
      this.#next(renewRetryMs);
      return;
    }
    if (this.#isOver) return;
    this.#succeeded(startedAtMs);
    // Not in step with the others, and not later for a slow write.
    const tookMs = this.#options.clock.monotonic() - startedAtMs;
    this.#next(Math.max(0, renewEveryMs - tookMs - this.#options.random.below(renewEveryMs / 10)));
  }

  async #write(): Promise<void> {
    const { store, clock, self } = this.#options;
    const member = self();
    const stamp = {
      uid: this.#uid,
      nowMs: clock.now(),
      createdAtMs: this.#joinedAtMs,
      acquiredAtMs: this.#joinedAtMs,
    };
    const put: StoreOperation = {
      type: 'put',
      key: memberKey(member.id),
      expect: this.#revision,
      value: textAt(memberLease(member, memberSilenceMsMax, stamp)),
    };
    const [stored] = await store.commit([put]);
    this.#revision = stored?.revision ?? 0;
  }

  #succeeded(startedAtMs: number): void {
    this.#isFailing = false;
    // A renewal that was answered late does not make good that others could have taken the work meanwhile.
    if (this.#isPresent && !this.holds()) this.#lose();
    if (startedAtMs - this.#renewedAtMs > ownershipMsMax) this.#inContactSinceMs = startedAtMs;
    this.#renewedAtMs = startedAtMs;
    this.#cancelDeadline?.();
    this.#isPresent = true;
    const leftMs = startedAtMs + ownershipMsMax - this.#options.clock.monotonic();
    this.#cancelDeadline = this.#options.clock.after(Math.max(0, leftMs), () => this.#lose());
    this.#options.renewed();
  }

  #failed(error: unknown): void {
    if (error instanceof StoreError && error.code === 'conflict') {
      // Somebody has deleted the record, taking this process for dead, or changed it by hand.
      this.#revision = error.actual ?? 0;
      if (this.#revision === 0 && this.#isPresent) this.#lose();
      return;
    }
    if (!this.#isFailing && !this.#isOver) {
      this.#options.onFault('renewing the membership of this process among those on its database', error);
    }
    this.#isFailing = true;
  }

  #lose(): void {
    if (!this.#isPresent) return;
    this.#isPresent = false;
    this.#options.lost();
  }
}
