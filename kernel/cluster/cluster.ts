/**
 * Shares the work among the processes on one database. A unit is in one of these states here:
 *
 *   free     --it is this process's by the assignment, and nobody who lives has it--> taking
 *   taking   --its record is written--> owned; --another was faster--> free
 *   owned    --it is another's by the assignment--> yielding
 *   owned    --its record changed, a commit was refused by its fence, or the membership is lost--> free, at once
 *   yielding --its work has ended, and the record says so--> free; --the work cannot end yet--> owned
 *
 * The revision of the unit's record is its fence (fence.ts). Taking a unit is a commit, and a commit brings along all
 * that was committed before it: whoever takes a unit has seen every write of the one who had it.
 */

import type { MetricFamily } from '../control/metrics.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import { type BucketListener, followBucket } from '../run/bucket-follower.ts';
import { type Store, StoreError, type StoreOperation } from '../store/port.ts';
import { assign } from './assignment.ts';
import { ClusterMetrics } from './cluster-metrics.ts';
import { withFence } from './fence.ts';
import {
  leasePrefix,
  type Member,
  memberKey,
  parseRecord,
  textAt,
  unitKey,
  unitLease,
} from './lease-record.ts';
import { deadMemberKeptMs, takeAgainMs, yieldAgainMs } from './limits.ts';
import { Membership } from './membership.ts';
import type { Ownership, Role, Unit, UnitWork } from './ownership.ts';
import { processId } from './process-id.ts';
import { UnitFence } from './unit-fence.ts';

export interface ClusterOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  /** The name of the machine, for people. */
  readonly host: string;
  readonly roles: readonly Role[];
  /** Version of the program. */
  readonly version: string;
  /** Told of errors that are ours, with what was being done. */
  readonly onFault: (what: string, error: unknown) => void;
  /** Told in a sentence of other versions of the program among the processes, once for each. */
  readonly onNotice: (notice: string) => void;
}

interface Post {
  readonly unit: Unit;
  readonly works: Set<UnitWork>;
  /** Those of them that have been told to begin, and not to end. */
  readonly begun: Set<UnitWork>;
  state: 'free' | 'taking' | 'owned' | 'yielding';
  fence: UnitFence | undefined;
  /** When the next attempt to take it, or to give it up, may come, by the monotonic clock. */
  notBeforeMs: number;
}

interface UnitState {
  readonly holder: string;
  readonly epoch: number;
  readonly uid: string;
  readonly createdAtMs: number;
  readonly revision: number;
}

/** The part of one process in the work of all on its database; the rules are at the top of its file. */
export class Cluster implements Ownership {
  readonly id: string;
  readonly #options: ClusterOptions;
  readonly #membership: Membership;
  readonly #posts = new Map<string, Post>();
  readonly #records = new Map<string, UnitState>();
  /** Units that nobody here does any more and that are still to be given up, with the revisions of their records. */
  readonly #left = new Map<string, number>();
  readonly #metrics = new ClusterMetrics();
  /** Versions of the program that were seen among the others. */
  readonly #versions = new Set<string>();
  readonly #under = new Set<Promise<void>>();
  #unfollow: (() => void) | undefined;
  #url = '';
  #isPlanned = false;
  #isOver = false;

  constructor(options: ClusterOptions) {
    this.#options = options;
    const { store, clock, random, onFault } = options;
    this.id = processId(options.host, random);
    this.#membership = new Membership({
      store,
      clock,
      random,
      onFault,
      self: () => this.#self(),
      lost: () => this.#loseAll(),
      renewed: () => {
        this.#bury();
        this.#plan();
      },
    });
  }

  /**
   * Makes itself known, and takes its share of the work.
   * @param url where this process's health can be asked for
   * @throws StoreError when that cannot be written
   */
  async start(url: string): Promise<void> {
    this.#url = url;
    const { store, onFault } = this.#options;
    const listener: BucketListener = {
      listed: (all) => {
        for (const one of all) this.#seen(one);
        this.#plan();
      },
      changed: ({ type, object }) => {
        if (type === 'deleted') this.#gone(object.key, object.revision);
        else this.#seen(object);
        this.#plan();
      },
      fault: onFault,
    };
    this.#unfollow = followBucket(store, leasePrefix, listener);
    await this.#membership.start();
  }

  join(unit: Unit, work: UnitWork): () => void {
    if (!this.#options.roles.includes(unit.role)) return () => undefined;
    const post: Post = this.#posts.get(unit.name) ?? {
      unit,
      works: new Set(),
      begun: new Set(),
      state: 'free',
      fence: undefined,
      notBeforeMs: 0,
    };
    this.#posts.set(unit.name, post);
    post.works.add(work);
    if (post.state === 'owned') this.#begin(post);
    this.#plan();
    return () => {
      post.begun.delete(work);
      if (!post.works.delete(work) || post.works.size > 0) return;
      this.#posts.delete(unit.name);
      if (!post.fence) return;
      post.fence.revoke();
      this.#left.set(unit.name, post.fence.revision);
      post.fence = undefined;
      this.#plan();
    };
  }

  /** Hands over what is still owned, and leaves. The work has been ended before. */
  async close(): Promise<void> {
    this.#isOver = true;
    for (const { unit, fence } of this.#posts.values()) {
      if (!fence) continue;
      fence.revoke();
      this.#left.set(unit.name, fence.revision);
    }
    await Promise.all(this.#under);
    this.#unfollow?.();
    const releases = [...this.#left].map(([unit, revision]) =>
      this.#putOf(unit, '', this.#records.get(unit), revision),
    );
    try {
      await this.#membership.leave(releases);
    } catch (error) {
      // The others find out by its silence.
      this.#options.onFault('leaving the processes on the database', error);
    }
  }

  /** Why this process does no work although it should; undefined when all is well. */
  get problem(): string | undefined {
    if (this.#membership.holds() || this.#posts.size === 0) return undefined;
    const { silentMs } = this.#membership;
    const since = Number.isFinite(silentMs) ? ` for ${Math.round(silentMs / 1000)} s` : '';
    return `this process could not renew its membership${since}: its work rests until the database answers`;
  }

  /** The processes on this database, this one among them. */
  get members(): readonly Member[] {
    return this.#membership.live();
  }

  /** The other processes on this database that have a role. */
  peers(role: Role): Member[] {
    return this.#membership.live().filter(({ id, roles }) => id !== this.id && roles.includes(role));
  }

  /** Names of the units that this process owns. */
  get owned(): string[] {
    return [...this.#posts.values()].filter(({ state }) => state === 'owned').map(({ unit }) => unit.name);
  }

  collect(): MetricFamily[] {
    const owned = [...this.#posts.values()].filter(({ state }) => state === 'owned');
    return this.#metrics.collect({
      members: this.#membership.live().map(({ roles }) => roles),
      owned: owned.map(({ unit }) => unit.role),
    });
  }

  #self(): Member {
    const { roles, version } = this.#options;
    return { id: this.id, roles, version, url: this.#url, units: [...this.#posts.keys()].sort() };
  }

  #seen(stored: { key: string; value: string; revision: number }): void {
    const record = parseRecord(stored);
    if (record?.type === 'member') {
      this.#membership.seen(record.member, stored.revision);
      this.#tellOfVersion(record.member);
    }
    if (record?.type !== 'unit') return;
    this.#records.set(record.unit, { ...record, revision: stored.revision });
    this.#check(record.unit, stored.revision);
  }

  #tellOfVersion({ id, version }: Member): void {
    const { version: own, onNotice } = this.#options;
    if (version === own || this.#versions.has(version)) return;
    this.#versions.add(version);
    onNotice(
      `${id} on the same database runs Plinth ${version}, this process ${own}; they work together while their tables ` +
        'are the same, so finish the upgrade soon',
    );
  }

  #gone(key: string, revision: number): void {
    const name = key.slice(leasePrefix.length);
    if (name.startsWith('member.')) this.#membership.left(name.slice('member.'.length));
    else if (this.#records.delete(name)) this.#check(name, revision);
  }

  /** Another hand has written the record of a unit: whoever it names, what this process had is over. */
  #check(unit: string, revision: number): void {
    const post = this.#posts.get(unit);
    if (post?.fence && revision > post.fence.revision) this.#lose(post);
  }

  /** Looks, in a later turn, at what this process should have and has. */
  #plan(): void {
    if (this.#isPlanned || this.#isOver) return;
    this.#isPlanned = true;
    this.#options.clock.after(0, () => {
      this.#isPlanned = false;
      this.#balance();
    });
  }

  #balance(): void {
    if (this.#isOver || !this.#membership.holds()) return;
    const members = this.#membership.live();
    const living = new Set(members.map(({ id }) => id));
    const owners = new Map<string, string>();
    for (const [unit, { holder }] of this.#records) if (living.has(holder)) owners.set(unit, holder);
    const candidates = members.map(({ id, units }) => ({ id, units: new Set(units) }));
    const targets = assign(candidates, owners);
    for (const [unit, revision] of this.#left) {
      this.#left.delete(unit);
      this.#background(`giving up ${unit}`, this.#disown(unit, revision));
    }
    const nowMs = this.#options.clock.monotonic();
    for (const post of this.#posts.values()) {
      if (nowMs < post.notBeforeMs) continue;
      const { name } = post.unit;
      const target = targets.get(name);
      const holder = owners.get(name);
      const isFree = holder === undefined || holder === this.id;
      if (post.state === 'free' && isFree && target === this.id) {
        this.#background(`taking ${name}`, this.#take(post));
      } else if (post.state === 'free' && holder === this.id) {
        // It was lost while this process was silent, and is to be another's, who waits for it.
        this.#background(`giving up ${name}`, this.#disown(name));
      } else if (post.state === 'owned' && target !== undefined && target !== this.id) {
        this.#background(`giving up ${name}`, this.#yield(post));
      }
    }
  }

  async #take(post: Post): Promise<void> {
    const { store, clock } = this.#options;
    const { name } = post.unit;
    const before = this.#records.get(name);
    post.state = 'taking';
    let revision = 0;
    try {
      const [stored] = await store.commit([this.#putOf(name, this.id, before)]);
      revision = stored?.revision ?? 0;
    } catch (error) {
      post.state = 'free';
      // Another process was faster; its record comes by itself.
      if (error instanceof StoreError && error.code === 'conflict') return;
      post.notBeforeMs = clock.monotonic() + takeAgainMs;
      throw error;
    }
    post.state = 'free';
    const isWanted = this.#posts.get(name) === post && this.#membership.holds() && !this.#isOver;
    if (!isWanted) return;
    const isFromDead = before !== undefined && before.holder !== '' && before.holder !== this.id;
    this.#metrics.taken(isFromDead);
    post.notBeforeMs = 0;
    post.state = 'owned';
    const fence = new UnitFence(name, revision, this.#membership, () => {
      this.#metrics.fenced();
      if (post.fence === fence) this.#lose(post);
    });
    post.fence = fence;
    this.#begin(post);
    // Somebody may have written the record again before this turn.
    this.#check(name, this.#records.get(name)?.revision ?? 0);
  }

  #begin(post: Post): void {
    for (const work of post.works) {
      if (post.begun.has(work)) continue;
      post.begun.add(work);
      try {
        withFence(post.fence, () => work.begin(post.fence));
      } catch (error) {
        this.#options.onFault(`beginning the work of ${post.unit.name}`, error);
      }
    }
  }

  async #yield(post: Post): Promise<void> {
    post.state = 'yielding';
    const { fence } = post;
    const works = [...post.begun];
    const ended = await withFence(fence, () => Promise.all(works.map((work) => work.yield())));
    if (post.fence !== fence || fence === undefined) return;
    for (const [i, work] of works.entries()) if (ended[i] === true) post.begun.delete(work);
    if (post.begun.size === 0) {
      await this.#release(post);
      return;
    }
    post.state = 'owned';
    post.notBeforeMs = this.#options.clock.monotonic() + yieldAgainMs;
    this.#begin(post);
  }

  /** Writes that a unit is nobody's. */
  async #release(post: Post): Promise<void> {
    const { fence } = post;
    if (!fence) return;
    fence.revoke();
    post.fence = undefined;
    post.state = 'free';
    await this.#disown(post.unit.name, fence.revision);
  }

  async #disown(unit: string, atRevision?: number): Promise<void> {
    const known = this.#records.get(unit);
    const revision = atRevision ?? known?.revision ?? 0;
    try {
      await this.#options.store.commit([this.#putOf(unit, '', known, revision)]);
    } catch (error) {
      // It is another's already.
      if (!(error instanceof StoreError) || error.code !== 'conflict') throw error;
    }
  }

  #putOf(
    unit: string,
    holder: string,
    before: UnitState | undefined,
    expect = before?.revision ?? 0,
  ): StoreOperation {
    const { clock, random } = this.#options;
    const nowMs = clock.now();
    const { uid = random.uuid(), createdAtMs = nowMs, epoch = 0 } = before ?? {};
    const stamp = { uid, nowMs, createdAtMs, acquiredAtMs: nowMs };
    const lease = unitLease(unit, holder, holder === '' ? epoch : epoch + 1, stamp);
    return { type: 'put', key: unitKey(unit), expect, value: textAt(lease) };
  }

  #lose(post: Post): void {
    post.fence?.revoke();
    post.fence = undefined;
    post.state = 'free';
    this.#metrics.lost();
    const begun = [...post.begun];
    post.begun.clear();
    for (const work of begun) work.abandon();
    this.#plan();
  }

  #loseAll(): void {
    for (const post of this.#posts.values()) if (post.fence) this.#lose(post);
  }

  /** Deletes the records of processes that died long ago. */
  #bury(): void {
    for (const { id, revision } of this.#membership.silentFor(deadMemberKeptMs)) {
      const key = memberKey(id);
      const deleted = this.#options.store
        .commit([{ type: 'delete', key, expect: revision, value: () => '{}' }])
        .then(() => undefined)
        .catch((error: unknown) => {
          if (!(error instanceof StoreError) || error.code !== 'conflict') throw error;
        });
      this.#background(`deleting the record of the dead process ${id}`, deleted);
    }
  }

  #background(what: string, work: Promise<void>): void {
    const tracked: Promise<void> = work
      .catch((error: unknown) => this.#options.onFault(what, error))
      .finally(() => {
        this.#under.delete(tracked);
        this.#plan();
      });
    this.#under.add(tracked);
  }
}
