import { type Clock, systemClock } from '../../ports/clock.ts';
import type { AppendLogs } from '../append-logs.ts';
import { checkBatch, renewed } from '../commit-checks.ts';
import type { Image } from '../image.ts';
import { CommitRequest } from '../key-queues.ts';
import { retryMs } from '../limits.ts';
import {
  type Append,
  type StoreCipher,
  type StoredObject,
  StoreError,
  type StoreOperation,
} from '../port.ts';
import { wakeAll } from '../watcher.ts';
import { type DatabasePlace, describePlace } from './database-place.ts';
import { Draft, type HistoryBounds } from './draft.ts';
import type { Feed } from './feed.ts';
import type { HistoryCuts } from './history-cuts.ts';
import { doubtMsMax, lagMax } from './limits.ts';
import type { Link } from './link.ts';
import { type Head, headColumns, headOf } from './load.ts';
import { isRefusedByServer, runningRefusal } from './refusals.ts';
import { numberIn, type PostgresSession } from './session.ts';
import { type GroupOutcome, type PostgresGroup, writeGroup } from './write-group.ts';

/** A wish that the history begin at a revision. */
interface Compaction {
  readonly revision: number;
  readonly resolve: (dead: number[]) => void;
  readonly reject: (error: unknown) => void;
}

/** What the write path works with. */
export interface CommitParts {
  readonly image: Image;
  readonly logs: AppendLogs;
  readonly feed: Feed;
  readonly cuts: HistoryCuts;
  readonly link: Link;
  readonly cipher: StoreCipher | undefined;
  readonly history: HistoryBounds;
  readonly clock: Clock;
  readonly place: DatabasePlace;
  /** Id of this process in the table `writers`. */
  readonly writer: string;
  /** Reads everything anew when what this process missed is gone. */
  readonly reload: () => Promise<void>;
  /** Called after a group became visible. */
  readonly committed: () => void;
  /** Called with the revisions of rows that nothing needs any more, after the history was cut without being asked. */
  readonly dead: (revisions: number[]) => void;
}

/** How often a group tries to come up with the others without holding the lock, before it does so holding it. */
const catchUpsMax = 4;

/**
 * The write path. A request goes through these states:
 *
 *   queued     it waits for its group; nothing of it is decided
 *   evaluated  the write lock is held, the image is at the head: its expectations held or not, its revisions are certain
 *   written    its group is with the server, up to COMMIT
 *   settled    visible, then answered; or refused
 *   in doubt   the connection was lost over its group: it waits until the database tells what became of it
 *
 * One group at a time takes all that is queued, so that one sync serves many. What is queued when the database goes away is
 * refused, and so is what comes until it is back; what is in doubt is answered with the truth, however long that takes.
 */
export class PostgresCommits {
  readonly #parts: CommitParts;
  #queue: CommitRequest[] = [];
  #compactions: Compaction[] = [];
  #running = false;
  #evaluating = false;
  #inDoubt = false;
  #failure: { readonly error: StoreError; readonly at: number } | undefined;
  #idle: (() => void)[] = [];
  groups = 0;
  operations = 0;
  syncMs = 0;
  /** Operations accepted and not settled. */
  pending = 0;

  constructor(parts: CommitParts) {
    this.#parts = parts;
  }

  /** Whether it is being found out what became of a group. */
  get isInDoubt(): boolean {
    return this.#inDoubt;
  }

  /** Why nothing can be written now. */
  get failure(): StoreError | undefined {
    const { feed, link, place } = this.#parts;
    const outage = link.outage && runningRefusal(link.outage, place, 'write to');
    return feed.problem ?? outage ?? this.#failure?.error;
  }

  commit(operations: readonly StoreOperation[], appends: readonly Append[] = []): Promise<StoredObject[]> {
    return new Promise((resolve, reject) => {
      checkBatch(operations);
      if (this.#evaluating) throw new Error('a value callback must not commit to the store');
      const refusal = this.#refusal();
      if (refusal !== undefined) throw renewed(refusal);
      const request = new CommitRequest(operations, appends, resolve, reject);
      this.pending += request.size;
      this.#queue.push(request);
      this.#start();
    });
  }

  /**
   * Forgets the history before a revision, in this and all other processes.
   * @returns the revisions of rows that nothing needs any more
   */
  compact(revision: number): Promise<number[]> {
    return new Promise((resolve, reject) => {
      const refusal = this.#refusal();
      if (refusal !== undefined) throw renewed(refusal);
      this.#compactions.push({ revision, resolve, reject });
      this.#start();
    });
  }

  /** Resolves when nothing is queued or being written. */
  finish(): Promise<void> {
    if (!this.#running) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Why what comes now is refused at once. While a session is being made, it waits for the outcome instead. */
  #refusal(): StoreError | undefined {
    const { clock, feed, link } = this.#parts;
    const failed = this.#failure;
    const isAway = feed.problem !== undefined || this.#inDoubt || link.isPausing;
    const hasJustFailed = failed !== undefined && clock.monotonic() - failed.at < retryMs;
    return isAway || hasJustFailed ? this.failure : undefined;
  }

  /** Begins at the end of this turn of the event loop, so that all commits of the turn share a group. */
  #start(): void {
    if (this.#running) return;
    this.#running = true;
    setImmediate(() => void this.#run());
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0 || this.#compactions.length > 0) {
      try {
        await this.#group();
      } catch (error) {
        this.#refuseQueue(error);
      }
    }
    this.#running = false;
    const idle = this.#idle;
    this.#idle = [];
    for (const resolve of idle) resolve();
  }

  async #group(): Promise<void> {
    const { session, head } = await this.#hold();
    const { draft, compactions } = this.#evaluate();
    const group: PostgresGroup = {
      number: head.number + 1,
      draft,
      compacted: this.#compacted(draft, compactions, head),
    };
    if (draft.isEmpty && group.compacted === undefined) {
      session.query('ROLLBACK').catch(() => {
        // The next group meets the loss and deals with it.
      });
      this.#answer(group, compactions);
      return;
    }
    this.#parts.cuts.begin(group.compacted);
    const startMs = systemClock.monotonic();
    const outcome = await writeGroup(session, group, this.#parts.writer).catch(
      (cause: unknown): GroupOutcome => ({ is: 'unknown', cause }),
    );
    this.syncMs += systemClock.monotonic() - startMs;
    if (outcome.is === 'committed') this.#settle(group, compactions);
    else if (outcome.is === 'refused') this.#fail(group, compactions, outcome.cause);
    else await this.#findOut(group, compactions, outcome.cause);
    this.#parts.cuts.begin(undefined);
  }

  /** Takes the write lock, and brings the image to the head. */
  async #hold(): Promise<{ session: PostgresSession; head: Head }> {
    const { feed, link, reload } = this.#parts;
    let catchUps = 0;
    for (let losses = 0; ; ) {
      const session = await link.get();
      try {
        const select = `SELECT ${headColumns} FROM plinth.meta FOR UPDATE`;
        let head = headOf(await session.row(`BEGIN; ${select}`));
        // A process that was paused may read here what held before it lost the lock, and have learned of later commits
        // by its other session. Only a session that answers again still has the lock.
        if (feed.isAheadOf(head)) head = headOf(await session.row(select));
        if (feed.isCurrent(head)) return { session, head };
        const isNear = feed.lag(head) <= lagMax || catchUps === catchUpsMax;
        if (isNear && (await feed.catchUp(session))) return { session, head };
        await session.query('ROLLBACK');
        // Far behind: the others need not wait meanwhile.
        catchUps++;
        if (!(await feed.catchUp(session))) await reload();
      } catch (error) {
        if (!session.isLost) {
          await session.query('ROLLBACK');
          throw error;
        }
        // Nothing of the group is decided yet, so a session that was lost unseen is no reason to refuse it.
        losses++;
        if (losses > 1) throw error;
      }
    }
  }

  #evaluate(): { draft: Draft; compactions: Compaction[] } {
    const { image, logs, cipher } = this.#parts;
    const draft = new Draft(image, logs, cipher);
    let count = 0;
    this.#evaluating = true;
    for (const request of this.#queue) {
      if (draft.isFull) break;
      draft.add(request);
      count++;
    }
    this.#evaluating = false;
    this.#queue = this.#queue.slice(count);
    const compactions = this.#compactions;
    this.#compactions = [];
    return { draft, compactions };
  }

  /** Where the history is to begin after the group, when that is further on than now. */
  #compacted(draft: Draft, compactions: readonly Compaction[], head: Head): number | undefined {
    const bound = draft.compaction(this.#parts.history) ?? 0;
    const asked = Math.max(0, ...compactions.map(({ revision }) => revision));
    const target = Math.max(bound, Math.min(asked, head.head));
    return target > head.compacted ? target : undefined;
  }

  #settle(group: PostgresGroup, compactions: readonly Compaction[]): void {
    const { image, logs, feed } = this.#parts;
    const { changes, entries } = group.draft;
    this.#failure = undefined;
    this.groups++;
    this.operations += changes.length + entries.length;
    // The feed may have been faster: it reads what is committed, whoever did it.
    const woken = image.apply(changes.filter(({ state }) => state.revision > image.revision));
    const fresh = entries.filter(({ log, sequence }) => sequence >= logs.end(log));
    logs.settle(fresh);
    feed.settled(group.number);
    this.#answer(group, compactions);
    wakeAll(woken);
    logs.tell(fresh);
    this.#parts.committed();
  }

  #answer({ draft }: PostgresGroup, compactions: readonly Compaction[]): void {
    const dead = this.#parts.cuts.settle();
    for (const { request, objects, refusal } of draft.verdicts) {
      this.pending -= request.size;
      if (refusal === undefined) request.resolve(objects);
      else request.reject(refusal);
    }
    const [first, ...others] = compactions;
    if (first === undefined) this.#parts.dead(dead);
    else first.resolve(dead);
    for (const { resolve } of others) resolve([]);
  }

  /** The connection was lost around COMMIT: asks the database until it tells, and answers the truth. */
  async #findOut(group: PostgresGroup, compactions: readonly Compaction[], cause: unknown): Promise<void> {
    const { link, place, writer } = this.#parts;
    const untilMs = systemClock.monotonic() + doubtMsMax;
    this.#inDoubt = true;
    this.#refuseQueue(cause);
    try {
      for (;;) {
        const session = await link.getPatiently(untilMs);
        try {
          // The lock is free only once the session that was lost has ended, one way or the other.
          await session.query('BEGIN; SELECT 1 FROM plinth.meta FOR UPDATE');
          const row = await session.row('SELECT number FROM plinth.writers WHERE id = $1', [writer]);
          await session.query('ROLLBACK');
          if (row !== undefined && numberIn(row, 0) === group.number) this.#settle(group, compactions);
          else this.#fail(group, compactions, cause);
          return;
        } catch (error) {
          if (systemClock.monotonic() > untilMs) throw error;
          if (!session.isLost) await session.query('ROLLBACK');
        }
      }
    } catch (error) {
      const unknown = new StoreError(
        'read-only',
        `the connection was lost while a commit was on its way: whether it is in ${describePlace(place)} is not known`,
        { hint: 'read the object before you write it again', cause: error },
      );
      this.#fail(group, compactions, unknown);
    } finally {
      this.#inDoubt = false;
    }
  }

  #fail({ draft }: PostgresGroup, compactions: readonly Compaction[], cause: unknown): void {
    const error = this.#noteFailure(cause);
    this.#parts.logs.reset();
    for (const { request } of draft.verdicts) {
      this.pending -= request.size;
      request.reject(renewed(error));
    }
    for (const { reject } of compactions) reject(renewed(error));
  }

  #refuseQueue(cause: unknown): void {
    const error = this.#noteFailure(cause);
    const requests = this.#queue;
    const compactions = this.#compactions;
    this.#queue = [];
    this.#compactions = [];
    for (const request of requests) {
      this.pending -= request.size;
      request.reject(renewed(error));
    }
    for (const { reject } of compactions) reject(renewed(error));
  }

  #noteFailure(cause: unknown): StoreError {
    const { clock, place } = this.#parts;
    const error = runningRefusal(cause, place, 'write to');
    // What the server refuses it will refuse again, such as for a full disk. A connection is made anew at once.
    if (isRefusedByServer(cause)) this.#failure = { error, at: clock.monotonic() };
    return error;
  }
}
