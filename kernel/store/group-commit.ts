import type { Clock } from '../ports/clock.ts';
import { type AppendGroup, type AppendLogs, packEntries, type StagedEntry } from './append-logs.ts';
import { checkBatch, checkExpectation, renewed } from './commit-checks.ts';
import type { Change, Image } from './image.ts';
import { CommitRequest, KeyQueues } from './key-queues.ts';
import { forgetStep, groupBytesMax, groupOperationsMax, retryMs } from './limits.ts';
import { type Append, type StoreCipher, type StoredObject, StoreError, type StoreOperation } from './port.ts';
import { StoredState } from './stored-state.ts';
import { addUsage, checkBound, UsageCounts } from './usage.ts';
import { type LogWatcher, wakeAll } from './watcher.ts';

/** What is made durable together. The first four arrays run in parallel, one place per row. */
export interface Group {
  readonly revisions: number[];
  /** 0 for a put, 1 for a delete. */
  readonly types: number[];
  readonly keys: string[];
  /** Text, or bytes where it is sealed. */
  readonly values: (string | Uint8Array)[];
  readonly entries: AppendGroup;
  /** Entries that were refused and may be on the disk all the same: they go before the new ones come. */
  readonly forgetEntries?: AppendGroup;
  /** Revisions of rows that nothing needs any more. */
  readonly forget: number[];
  /** The compacted revision, which is written before or along with the first row forgotten. */
  readonly compacted: number;
}

/** What the write path asks of an engine. */
export interface GroupWriter {
  /**
   * Makes a group durable, all of it or nothing.
   * @returns the milliseconds spent in committing.
   * @throws StoreError when it is certain that the group is not in the log.
   */
  write(group: Group): Promise<number>;
}

interface Staged {
  readonly request: CommitRequest;
  readonly changes: readonly Change[];
  readonly sealed: readonly (Uint8Array | undefined)[];
  readonly entries: readonly StagedEntry[];
  readonly bytes: number;
}

interface Settling {
  readonly staged: readonly Staged[];
  readonly group: Group;
  readonly compactions: readonly Compaction[];
}

interface Compaction {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The write path. A request goes through these states:
 *
 *   waiting  another change of one of its keys is not settled yet (KeyQueues)
 *   staged   its expectations hold, its revisions are given out, its values are written
 *   writing  its group is with the engine; meanwhile the next group gathers
 *   settled  durable, then visible, then answered, in this order; or refused
 *
 * Only one group is being written at a time, so groups settle in the order of their revisions. When a group fails,
 * it and all that waits behind it is refused, and for a while all that comes, too; then the next commit tries again.
 */
export class GroupCommit {
  readonly #image: Image;
  readonly #logs: AppendLogs;
  readonly #writer: GroupWriter;
  readonly #clock: Clock;
  readonly #cipher: StoreCipher | undefined;
  /** Called after changes became visible, before they are answered. */
  readonly #visible: () => void;
  readonly #queues = new KeyQueues();
  #staged: Staged[] = [];
  /** What is staged and not settled adds to what the image holds. */
  readonly #ahead = new UsageCounts();
  #writing: Settling | undefined;
  #scheduled = false;
  #staging = false;
  #nextRevision: number;
  #forget: number[] = [];
  #compacted: number;
  #compactions: Compaction[] = [];
  #failure: { error: StoreError; at: number } | undefined;
  #idle: (() => void)[] = [];
  groups = 0;
  operations = 0;
  syncMs = 0;
  /** Operations accepted and not settled. */
  pending = 0;

  constructor(
    image: Image,
    writer: GroupWriter,
    options: {
      clock: Clock;
      cipher: StoreCipher | undefined;
      logs: AppendLogs;
      nextRevision: number;
      visible: () => void;
      /** Why writing could not begin, if so: counts as a group that failed now. */
      failure: StoreError | undefined;
    },
  ) {
    this.#image = image;
    this.#writer = writer;
    this.#clock = options.clock;
    this.#cipher = options.cipher;
    this.#logs = options.logs;
    this.#visible = options.visible;
    this.#nextRevision = options.nextRevision;
    this.#compacted = image.compactedRevision;
    if (options.failure !== undefined)
      this.#failure = { error: options.failure, at: options.clock.monotonic() };
  }

  /** Why the last group failed, until one succeeds. */
  get failure(): StoreError | undefined {
    return this.#failure?.error;
  }

  commit(operations: readonly StoreOperation[], appends: readonly Append[] = []): Promise<StoredObject[]> {
    const failure = this.#failure;
    if (failure !== undefined && this.#clock.monotonic() - failure.at < retryMs) {
      return Promise.reject(renewed(failure.error));
    }
    return new Promise((resolve, reject) => {
      checkBatch(operations);
      const request = new CommitRequest(operations, appends, resolve, reject);
      this.pending += request.size;
      if (this.#queues.enter(request)) this.#evaluate([request]);
    });
  }

  /** Deletes rows that the image no longer needs, little by little; resolves when all are gone for good. */
  forget(revisions: readonly number[]): Promise<void> {
    for (const revision of revisions) this.#forget.push(revision);
    return new Promise((resolve, reject) => {
      this.#compactions.push({ resolve, reject });
      this.#schedule();
    });
  }

  /** The same, and nobody waits: after a failure the rows stay in line for the next group that succeeds. */
  forgetInBackground(revisions: readonly number[]): void {
    for (const revision of revisions) this.#forget.push(revision);
    if (this.#failure === undefined) this.#schedule();
  }

  /**
   * Resolves when nothing is waiting, staged or being written. Rows still to be deleted stay; the next start finds
   * them again.
   */
  finish(): Promise<void> {
    this.#forget = [];
    if (this.#isIdle()) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Evaluates requests that hold all their keys, and those that this sets free. */
  #evaluate(ready: CommitRequest[]): void {
    for (let request = ready.pop(); request !== undefined; request = ready.pop()) {
      let freed: CommitRequest[];
      try {
        freed = this.#stage(request) ? this.#queues.leaveChecks(request) : this.#queues.leave(request);
      } catch (error) {
        this.pending -= request.size;
        request.reject(error);
        freed = this.#queues.leave(request);
      }
      if (freed.length > 0) ready.push(...freed);
    }
    if (this.#staged.length > 0) this.#schedule();
  }

  /** @returns false when there was nothing to write: the request is answered. */
  #stage(request: CommitRequest): boolean {
    for (const operation of request.operations)
      checkExpectation(operation, this.#image.get(operation.key)?.revision ?? 0);
    if (this.#staging) throw new Error('a value callback must not commit to the store');
    const first = this.#nextRevision;
    const changes: Change[] = [];
    const sealed: (Uint8Array | undefined)[] = [];
    let entries: StagedEntry[] = [];
    let bytes = 0;
    this.#staging = true;
    try {
      for (const operation of request.operations) {
        if (operation.type === 'check') continue;
        const { type, key } = operation;
        const revision = this.#nextRevision++;
        const value = operation.value(revision);
        const cipher = this.#cipher?.covers(key) ? this.#cipher : undefined;
        changes.push({ type, state: new StoredState(key, value, revision) });
        sealed.push(cipher?.seal(key, revision, value));
        bytes += value.length;
      }
      if (request.bounds.length > 0) this.#checkBounds(request, changes);
      if (request.appends.length > 0) {
        entries = this.#logs.stage(
          request.appends,
          changes.map(({ state }) => state.revision),
        );
        for (const { value, opening } of entries) bytes += value.length + (opening?.length ?? 0);
      }
    } catch (error) {
      this.#nextRevision = first;
      throw error;
    } finally {
      this.#staging = false;
    }
    if (changes.length === 0 && entries.length === 0) {
      this.pending -= request.size;
      request.resolve([]);
      return false;
    }
    this.#staged.push({ request, changes, sealed, entries, bytes });
    this.#count(changes, 1);
    return true;
  }

  #checkBounds({ bounds }: CommitRequest, changes: readonly Change[]): void {
    const batch = new UsageCounts();
    for (const { type, state } of changes) {
      const before = this.#image.get(state.key)?.value.length;
      batch.change(state.key, before, type === 'put' ? state.value.length : undefined);
    }
    for (const bound of bounds) {
      checkBound(
        bound,
        addUsage(this.#image.usage(bound.prefix), this.#ahead.of(bound.prefix)),
        batch.of(bound.prefix),
      );
    }
  }

  /** A staged change is the only one of its key until it settles, so the image holds what it comes in place of. */
  #count(changes: readonly Change[], sign: 1 | -1): void {
    for (const { type, state } of changes) {
      const before = this.#image.get(state.key)?.value.length;
      this.#ahead.change(state.key, before, type === 'put' ? state.value.length : undefined, sign);
    }
  }

  /** Sends the next group at the end of this turn of the event loop, so that all commits of the turn share it. */
  #schedule(): void {
    if (this.#scheduled || this.#writing !== undefined) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#send();
    });
  }

  #send(): void {
    if (this.#writing !== undefined) return;
    const staged = this.#take();
    const group = this.#pack(staged);
    const compactions = this.#forget.length === 0 ? this.#compactions : [];
    if (compactions.length > 0) this.#compactions = [];
    const news = group.forget.length > 0 || group.compacted > this.#compacted;
    if (staged.length === 0 && !news) {
      for (const compaction of compactions) compaction.resolve();
      this.#release();
      return;
    }
    const settling = { staged, group, compactions };
    this.#writing = settling;
    this.#writer.write(group).then(
      (syncMs) => this.#settle(settling, syncMs),
      (error: unknown) => this.#fail(settling, error),
    );
  }

  /** Takes staged requests from the front, as many as one group may hold, at least one. */
  #take(): Staged[] {
    let operations = 0;
    let bytes = 0;
    let count = 0;
    for (const staged of this.#staged) {
      operations += staged.changes.length + staged.entries.length;
      bytes += staged.bytes;
      if (count > 0 && (operations > groupOperationsMax || bytes > groupBytesMax)) break;
      count++;
    }
    if (count < this.#staged.length) return this.#staged.splice(0, count);
    const all = this.#staged;
    this.#staged = [];
    return all;
  }

  #pack(staged: readonly Staged[]): Group {
    const revisions: number[] = [];
    const types: number[] = [];
    const keys: string[] = [];
    const values: (string | Uint8Array)[] = [];
    for (const { changes, sealed } of staged) {
      for (const [i, { type, state }] of changes.entries()) {
        revisions.push(state.revision);
        types.push(type === 'put' ? 0 : 1);
        keys.push(state.key);
        values.push(sealed[i] ?? state.value);
      }
    }
    // A log that is mostly overwritten must lose rows as fast as it gains them.
    const forget = this.#forget.splice(0, Math.max(forgetStep, Math.ceil(revisions.length * 1.25)));
    const entries = packEntries(staged.flatMap((one) => one.entries));
    return { revisions, types, keys, values, entries, forget, compacted: this.#image.compactedRevision };
  }

  #settle(settling: Settling, syncMs: number): void {
    this.#writing = undefined;
    this.#failure = undefined;
    this.#compacted = settling.group.compacted;
    this.syncMs += syncMs;
    const woken: Set<LogWatcher>[] = [];
    const changes = settling.staged.flatMap((staged) => staged.changes);
    const entries = settling.staged.flatMap((staged) => staged.entries);
    if (settling.staged.length > 0) this.groups++;
    this.operations += changes.length + entries.length;
    this.#logs.settle(entries);
    if (changes.length > 0) {
      this.#count(changes, -1);
      woken.push(this.#image.apply(changes));
      this.#visible();
    }
    for (const { request, changes: done } of settling.staged) {
      this.pending -= request.size;
      request.resolve(done.map((change) => change.state));
    }
    const ready: CommitRequest[] = [];
    for (const { request } of settling.staged) ready.push(...this.#queues.leave(request));
    this.#evaluate(ready.reverse());
    for (const watchers of woken) wakeAll(watchers);
    if (entries.length > 0) this.#logs.tell(entries);
    for (const compaction of settling.compactions) compaction.resolve();
    // What has gathered goes at once: the writer works on it while the callers answered now prepare their next.
    if (this.#staged.length > 0 || this.#forget.length > 0 || this.#compactions.length > 0) this.#send();
    else this.#release();
  }

  #fail(settling: Settling, cause: unknown): void {
    this.#writing = undefined;
    const error =
      cause instanceof StoreError
        ? cause
        : new StoreError('read-only', 'the store could not write', { cause, hint: 'see the cause' });
    this.#failure = { error, at: this.#clock.monotonic() };
    const requests = this.#queues.drain();
    for (const { request } of [...settling.staged, ...this.#staged]) requests.add(request);
    this.#staged = [];
    this.#ahead.clear();
    this.#logs.reset();
    this.#forget.push(...settling.group.forget);
    this.pending = 0;
    for (const request of requests) request.reject(renewed(error));
    for (const compaction of [...settling.compactions, ...this.#compactions])
      compaction.reject(renewed(error));
    this.#compactions = [];
    this.#release();
  }

  #isIdle(): boolean {
    return (
      this.#writing === undefined && !this.#scheduled && this.pending === 0 && this.#compactions.length === 0
    );
  }

  #release(): void {
    if (!this.#isIdle()) return;
    const idle = this.#idle;
    this.#idle = [];
    for (const resolve of idle) resolve();
  }
}
