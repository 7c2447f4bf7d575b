import type { Objects, ObjectWrite } from '../api/objects.ts';
import type { ServedResource } from '../api/registry.ts';
import type { WriteRequest } from '../api/write-request.ts';
import { type Fence, FencedError, withFence } from '../cluster/fence.ts';
import { equalJson } from '../model/json.ts';
import { StatusError } from '../model/status-error.ts';
import type { Clock } from '../ports/clock.ts';
import type { StoredObject, StoreOperation } from '../store/port.ts';
import { entryKey, type JournalEntry, journalPrefix, parseEntry } from './journal-entry.ts';
import { storeRetryMs } from './limits.ts';
import { isRun, type Run, type RunStatus } from './run-kind.ts';
import { runUser } from './run-user.ts';

/** What a ledger stands on. */
export interface LedgerOptions {
  readonly objects: Objects;
  readonly served: ServedResource;
  readonly clock: Clock;
  /** Goes into every commit. */
  readonly fence: Fence | undefined;
  /** Called with the revision that a write of the run gets, before anybody can see it. */
  readonly wrote: (revision: number) => void;
  /** Called when somebody else changed the run's spec or metadata. */
  readonly changed: (run: Run) => void;
  /** Whether to go on trying while the store cannot write. */
  readonly keepsTrying: () => boolean;
}

/** Another writer has the run, or it is gone: nothing more may be done for it. */
export class LostRun extends Error {
  override name = 'LostRun';
}

/**
 * The durable side of a run: its object and its journal, written together. Every write expects the states that this
 * ledger knows, so it also is the fence: whoever lost the run learns of it before the next effect.
 */
export class Ledger {
  readonly entries = new Map<string, JournalEntry>();
  readonly #options: LedgerOptions;
  readonly #revisions = new Map<number, number>();
  readonly #dirty = new Set<JournalEntry>();
  #run: Run;
  #revision: number;
  #nextSeq = 0;
  #touched = false;
  /** The last status is being written: nothing comes after it. */
  #isFinished = false;
  #flushing: Promise<void> | undefined;
  /** Makes the status that is written with the next commit. */
  #render: (run: Run) => RunStatus;

  constructor(stored: StoredObject, run: Run, options: LedgerOptions, render: (run: Run) => RunStatus) {
    this.#options = options;
    this.#run = run;
    this.#revision = stored.revision;
    this.#render = render;
    // A run that never had a status has no journal: its first entry is committed together with its first status.
    if (run.status?.startedAt === undefined) return;
    const prefix = journalPrefix(options.objects.tenant, run.metadata.uid);
    for (const { value, revision } of options.objects.store.list(prefix).objects) {
      const entry = parseEntry(value);
      this.entries.set(entry.name, entry);
      this.#revisions.set(entry.seq, revision);
      this.#nextSeq = Math.max(this.#nextSeq, entry.seq + 1);
    }
  }

  /** The run as it was last read or written. */
  get run(): Run {
    return this.#run;
  }

  /** Whether something is not durable yet: it waits to be written, or is being written. */
  get dirty(): boolean {
    return this.#touched || this.#dirty.size > 0 || this.#flushing !== undefined;
  }

  /**
   * Takes in a state of the run that somebody else has written.
   * @returns false when it is not this ledger's run any more
   */
  seen(stored: StoredObject): boolean {
    // A write under way is refused because of it, and takes it in then.
    if (this.#flushing || stored.revision <= this.#revision) return true;
    const run = this.#options.objects.renderer.object(stored, this.#options.served);
    if (!isRun(run) || !this.#isOurs(run)) return false;
    this.#run = run;
    this.#revision = stored.revision;
    return true;
  }

  /** Whether only what belongs to others has changed in the run. */
  #isOurs(run: Run): boolean {
    return run.metadata.uid === this.#run.metadata.uid && equalJson(run.status, this.#run.status);
  }

  /** Adds an entry, or changes one; it is written with the next flush. */
  put(entry: Omit<JournalEntry, 'seq'> & { seq?: number }): JournalEntry {
    const known = this.entries.get(entry.name);
    const full: JournalEntry = { ...entry, seq: known?.seq ?? this.#nextSeq++ };
    if (known) this.#dirty.delete(known);
    this.entries.set(full.name, full);
    this.#dirty.add(full);
    return full;
  }

  /** Has the status written with the next flush, if it differs. */
  touch(): void {
    this.#touched = true;
  }

  /**
   * Makes all that was put durable, together with the status.
   *
   * @throws LostRun when another writer has the run
   */
  async flush(): Promise<void> {
    while (this.#flushing) await this.#flushing;
    if (this.#isFinished || !this.dirty) return;
    await this.#begin([], false);
  }

  /**
   * Makes an entry durable together with writes that must not come without it, nor it without them: a child run.
   *
   * @throws LostRun when another writer has the run
   */
  async commit(entry: Omit<JournalEntry, 'seq'>, besides: readonly ObjectWrite[]): Promise<void> {
    while (this.#flushing) await this.#flushing;
    if (this.#isFinished) return;
    // Not before: a flush that was waiting, too, would take the entry along without the rest.
    this.put(entry);
    await this.#begin(besides, false);
  }

  /**
   * Writes the last status and deletes the journal, which nobody needs any more.
   *
   * @param decided called when no other write is under way: from then on the status that is rendered is the last one
   */
  async finish(decided: () => void = () => undefined): Promise<void> {
    while (this.#flushing) await this.#flushing;
    this.#isFinished = true;
    decided();
    await this.#begin([], true);
  }

  async #begin(besides: readonly ObjectWrite[], isLast: boolean): Promise<void> {
    this.#flushing = this.#write(isLast ? [] : [...this.#dirty], besides, isLast).finally(() => {
      this.#flushing = undefined;
    });
    await this.#flushing;
  }

  async #write(
    dirty: readonly JournalEntry[],
    besides: readonly ObjectWrite[],
    isLast: boolean,
  ): Promise<void> {
    this.#touched = false;
    for (const entry of dirty) this.#dirty.delete(entry);
    for (;;) {
      const status = this.#render(this.#run);
      if (dirty.length === 0 && besides.length === 0 && !isLast && sameStatus(status, this.#run.status))
        return;
      const next: Run = { ...this.#run, status };
      const journal = isLast ? this.#deletions() : dirty.map((entry) => this.#putOf(entry));
      const runMs = workedMs(isLast ? this.#dirty : dirty, this.#options.clock.now());
      try {
        const { objects, fence } = this.#options;
        const writes = [this.#writeOf(next, runMs), ...besides];
        const stored = await withFence(fence, () => objects.commitAll(writes, journal));
        this.#settle(next, stored, besides.length, isLast ? [] : dirty);
        return;
      } catch (error) {
        await this.#recover(error);
      }
    }
  }

  #writeOf(next: Run, runMs: number): ObjectWrite {
    const { objects, served, clock, wrote } = this.#options;
    const { name, namespace = '' } = next.metadata;
    const request: WriteRequest = {
      served,
      namespace,
      name,
      subresource: 'status',
      user: runUser,
      manager: 'plinth-runs',
      dryRun: false,
      fieldValidation: 'Strict',
      duplicates: [],
      nowMs: clock.now(),
      ...(runMs > 0 ? { facts: { runMs } } : {}),
      warn: () => undefined,
    };
    const value = (revision: number): string => {
      wrote(revision);
      next.metadata = { ...next.metadata, resourceVersion: String(revision) };
      return JSON.stringify(next);
    };
    const key = objects.key(served, namespace, name);
    return { request, name, operation: { type: 'put', key, expect: this.#revision, value } };
  }

  #putOf(entry: JournalEntry): StoreOperation {
    return {
      type: 'put',
      key: entryKey(this.#options.objects.tenant, this.#run.metadata.uid, entry.seq),
      expect: this.#revisions.get(entry.seq) ?? 0,
      value: () => JSON.stringify(entry),
    };
  }

  #deletions(): StoreOperation[] {
    return [...this.#revisions].map(([seq, expect]) => ({
      type: 'delete',
      key: entryKey(this.#options.objects.tenant, this.#run.metadata.uid, seq),
      expect,
      value: () => '{}',
    }));
  }

  #settle(next: Run, stored: readonly StoredObject[], besides: number, dirty: readonly JournalEntry[]): void {
    this.#run = next;
    this.#revision = stored[0]?.revision ?? this.#revision;
    for (const [i, entry] of dirty.entries()) {
      const written = stored[1 + besides + i];
      if (written) this.#revisions.set(entry.seq, written.revision);
    }
  }

  /** Finds out whether the write can be tried again: after a change of the spec, or once the store can write. */
  async #recover(error: unknown): Promise<void> {
    const { objects, served, clock, changed, keepsTrying } = this.#options;
    if (error instanceof FencedError) throw new LostRun(error.message, { cause: error });
    if (!(error instanceof StatusError)) throw error;
    if (error.code === 503 && keepsTrying()) {
      await new Promise<void>((resolve) => clock.after(storeRetryMs, resolve));
      if (keepsTrying()) return;
    }
    if (error.code !== 409 && error.code !== 404) throw error;
    const { name, namespace = '' } = this.#run.metadata;
    const stored = objects.store.get(objects.key(served, namespace, name));
    const lost = `run ${namespace}/${name} was taken over or deleted by another writer`;
    if (!stored || stored.revision === this.#revision) throw new LostRun(lost, { cause: error });
    const run = objects.renderer.object(stored, served);
    if (!isRun(run) || !this.#isOurs(run)) {
      throw new LostRun(lost, { cause: error });
    }
    this.#run = run;
    this.#revision = stored.revision;
    changed(run);
  }
}

/**
 * How long the attempts have worked that these entries tell the end of, in milliseconds. Waiting costs nothing. The time
 * is entered into the audit log with the commit that makes the entries durable, which is what tenants are metered by.
 */
function workedMs(entries: Iterable<JournalEntry>, nowMs: number): number {
  let sum = 0;
  for (const { kind, state, startedAtMs, finishedAtMs } of entries) {
    if (kind !== 'step' && kind !== 'exec' && kind !== 'compensation') continue;
    if (startedAtMs === undefined || state === 'intent' || state === 'waiting') continue;
    sum += Math.max(0, (finishedAtMs ?? nowMs) - startedAtMs);
  }
  return sum;
}

/** Whether two statuses tell the same; how many processes there were is not worth a write. */
function sameStatus(a: RunStatus, b: RunStatus | undefined): boolean {
  return equalJson({ ...a, attempt: 0 }, { ...b, attempt: 0 });
}
