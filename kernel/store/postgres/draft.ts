import type { AppendLogs, StagedEntry } from '../append-logs.ts';
import { checkExpectation } from '../commit-checks.ts';
import type { Change, Image } from '../image.ts';
import type { CommitRequest } from '../key-queues.ts';
import { groupBytesMax, groupOperationsMax, historyStepShare } from '../limits.ts';
import type { StoreCipher, StoredObject } from '../port.ts';
import { StoredState } from '../stored-state.ts';
import { addUsage, checkBound, UsageCounts } from '../usage.ts';

/** What a request is answered with once its group has settled. */
export interface Verdict {
  readonly request: CommitRequest;
  readonly objects: StoredObject[];
  /** Why it is refused; what others in the group do stays. */
  readonly refusal: unknown;
}

/** Bounds of the history. */
export interface HistoryBounds {
  readonly events: number;
  readonly bytes: number;
}

/**
 * A group on its way to the database: requests are evaluated one after the other against the image and what the group
 * has changed so far. It is made while the write lock is held and the image is at the head, so its revisions are certain.
 *
 * A request that fails leaves nothing, and its refusal waits for the group like an answer does: it may rest on a change
 * that is not there yet for anybody else.
 */
export class Draft {
  readonly changes: Change[] = [];
  /** Parallel to `changes`: the bytes where a value is sealed. */
  readonly sealed: (Uint8Array | undefined)[] = [];
  readonly entries: StagedEntry[] = [];
  readonly verdicts: Verdict[] = [];
  readonly #image: Image;
  readonly #logs: AppendLogs;
  readonly #cipher: StoreCipher | undefined;
  /** The states that the group leaves; undefined for an object that it deletes. */
  readonly #states = new Map<string, StoredState | undefined>();
  readonly #ahead = new UsageCounts();
  #revision: number;
  #bytes = 0;
  /** UTF-16 units of the values that only the history holds after the group. */
  #supersededBytes = 0;

  constructor(image: Image, logs: AppendLogs, cipher: StoreCipher | undefined) {
    this.#image = image;
    this.#logs = logs;
    this.#cipher = cipher;
    this.#revision = image.revision;
  }

  /** The newest revision once the group is committed. */
  get revision(): number {
    return this.#revision;
  }

  /** Whether the group has reached its bounds. */
  get isFull(): boolean {
    return this.changes.length + this.entries.length >= groupOperationsMax || this.#bytes >= groupBytesMax;
  }

  get isEmpty(): boolean {
    return this.changes.length === 0 && this.entries.length === 0;
  }

  /** Evaluates a request and takes in what it changes. */
  add(request: CommitRequest): void {
    const first = this.#revision;
    try {
      for (const operation of request.operations) {
        checkExpectation(operation, this.#stateOf(operation.key)?.revision ?? 0);
      }
      const changes = this.#changesOf(request);
      if (request.bounds.length > 0) this.#checkBounds(request, changes);
      const sealed = changes.map(({ state }) => this.#seal(state));
      const entries = this.#stage(request, changes);
      this.#take(changes, sealed, entries);
      this.verdicts.push({ request, objects: changes.map(({ state }) => state), refusal: undefined });
    } catch (refusal) {
      this.#revision = first;
      this.verdicts.push({ request, objects: [], refusal });
    }
  }

  /**
   * The revision up to which the history must go so that the group fits into its bounds.
   * @returns undefined when it fits
   */
  compaction(bounds: HistoryBounds): number | undefined {
    const { events: held, bytes: heldBytes } = this.#image.history;
    const events = held + this.changes.length;
    const bytes = heldBytes + this.#supersededBytes;
    if (events <= bounds.events && bytes <= bounds.bytes) return undefined;
    // By events: what is too many and a step more. By bytes: the same share of the events as is too many of the bytes.
    const tooMany = Math.max(
      events - bounds.events,
      Math.ceil(events * (1 - bounds.bytes / Math.max(bytes, bounds.bytes))),
    );
    const count = Math.min(events, tooMany + Math.ceil(bounds.events * historyStepShare));
    return count <= held
      ? this.#image.revisionOfOldest(count)
      : (this.changes[count - held - 1]?.state.revision ?? this.#revision);
  }

  #changesOf({ operations }: CommitRequest): Change[] {
    const changes: Change[] = [];
    for (const operation of operations) {
      if (operation.type === 'check') continue;
      const { type, key } = operation;
      const revision = ++this.#revision;
      const value = operation.value(revision);
      checkText(key, key);
      checkText(key, value);
      changes.push({ type, state: new StoredState(key, value, revision) });
    }
    return changes;
  }

  #checkBounds({ bounds }: CommitRequest, changes: readonly Change[]): void {
    const batch = new UsageCounts();
    for (const change of changes) this.#count(batch, change);
    for (const bound of bounds) {
      const before = addUsage(this.#image.usage(bound.prefix), this.#ahead.of(bound.prefix));
      checkBound(bound, before, batch.of(bound.prefix));
    }
  }

  #stage({ appends }: CommitRequest, changes: readonly Change[]): StagedEntry[] {
    const revisions = changes.map(({ state }) => state.revision);
    const entries = this.#logs.stage(appends, revisions);
    try {
      for (const { log, value, opening } of entries)
        for (const text of [log, value, opening ?? '']) checkText(log, text);
      return entries;
    } catch (error) {
      this.#logs.unstage(entries);
      throw error;
    }
  }

  #take(
    changes: readonly Change[],
    sealed: readonly (Uint8Array | undefined)[],
    entries: readonly StagedEntry[],
  ): void {
    for (const change of changes) {
      const { key, value } = change.state;
      this.#count(this.#ahead, change);
      this.#supersededBytes += this.#stateOf(key)?.value.length ?? 0;
      if (change.type === 'delete') this.#supersededBytes += value.length;
      this.#bytes += value.length;
      this.#states.set(key, change.type === 'put' ? change.state : undefined);
    }
    for (const { value, opening } of entries) this.#bytes += value.length + (opening?.length ?? 0);
    this.changes.push(...changes);
    this.sealed.push(...sealed);
    this.entries.push(...entries);
  }

  #count(counts: UsageCounts, { type, state }: Change): void {
    const before = this.#stateOf(state.key)?.value.length;
    counts.change(state.key, before, type === 'put' ? state.value.length : undefined);
  }

  #stateOf(key: string): StoredState | undefined {
    return this.#states.has(key) ? this.#states.get(key) : this.#image.get(key);
  }

  #seal({ key, revision, value }: StoredState): Uint8Array | undefined {
    return this.#cipher?.covers(key) ? this.#cipher.seal(key, revision, value) : undefined;
  }
}

/**
 * PostgreSQL holds texts of Unicode without NUL; JSON texts escape both, so only a bug brings others.
 * @throws TypeError for a text that would come back as another
 */
function checkText(place: string, text: string): void {
  if (!text.includes('\0') && text.isWellFormed()) return;
  throw new TypeError(
    `what is written to ${place} holds a NUL or half a surrogate pair, which no JSON text does`,
  );
}
