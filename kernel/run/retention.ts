import { deleteObject } from '../api/delete.ts';
import { keyOf } from '../api/keys.ts';
import type { Objects, ObjectWrite } from '../api/objects.ts';
import type { ServedResource } from '../api/registry.ts';
import { parseStored } from '../api/versions.ts';
import { currentFence, FencedError, withFence } from '../cluster/fence.ts';
import { StatusError } from '../model/status-error.ts';
import type { Clock } from '../ports/clock.ts';
import type { StoreOperation } from '../store/port.ts';
import { deletionBatch } from './limits.ts';
import { isFinished, isRun, type Run, runs } from './run-kind.ts';
import { writeRequest } from './run-request.ts';
import { runUser } from './run-user.ts';
import { WallTimers } from './wall-timers.ts';

/** A run that has others as its parts. */
interface ParentRun {
  readonly name: string;
  readonly uid: string;
}

interface Finished {
  readonly key: string;
  readonly objects: Objects;
  readonly namespace: string;
  readonly name: string;
  /** The run that waits for this one. */
  readonly parent: ParentRun | undefined;
}

export interface RetentionOptions {
  /** The Run kind as a tenant has it; undefined when the tenant is gone. */
  readonly servedOf: (objects: Objects) => ServedResource | undefined;
  readonly clock: Clock;
  /** Finished runs kept per tenant. */
  readonly finishedMax: number;
  /** Keys of decisions about a run, which go with it. */
  readonly approvalsOf: (objects: Objects, runKey: string) => readonly string[];
  readonly onFault: (what: string, error: unknown) => void;
}

/**
 * Deletes runs that have ended: after the time that they ask for, and the oldest beyond a number. It writes under the
 * fence that it was made under.
 */
export class Retention {
  readonly #fence = currentFence();
  readonly #options: RetentionOptions;
  readonly #finished = new Map<Objects, Map<string, Finished>>();
  readonly #timers: WallTimers;
  readonly #due: Finished[] = [];
  #working: Promise<void> | undefined;
  #isOver = false;

  constructor(options: RetentionOptions) {
    this.#options = options;
    this.#timers = new WallTimers(options.clock, (key) => {
      for (const finished of this.#finished.values()) {
        const one = finished.get(key);
        if (one) this.#delete(one);
      }
    });
  }

  /** Takes in a run that has ended; the oldest first. */
  add(objects: Objects, key: string, run: Run): void {
    const { namespace = '', name, ownerReferences } = run.metadata;
    const parent = ownerReferences?.find((owner) => owner.controller === true && owner.kind === 'Run');
    let finished = this.#finished.get(objects);
    if (!finished) {
      finished = new Map();
      this.#finished.set(objects, finished);
    }
    finished.set(key, { key, objects, namespace, name, parent });
    const ttl = run.spec.ttlSecondsAfterFinished;
    if (ttl !== undefined) {
      this.#timers.put(
        key,
        Date.parse(run.status?.finishedAt ?? run.metadata.creationTimestamp) + ttl * 1000,
      );
    }
    this.#bound(finished);
  }

  /** A run is gone. */
  forget(objects: Objects, key: string): void {
    this.#finished.get(objects)?.delete(key);
    this.#timers.remove(key);
  }

  /** A tenant is gone. */
  forgetTenant(objects: Objects): void {
    for (const key of this.#finished.get(objects)?.keys() ?? []) this.#timers.remove(key);
    this.#finished.delete(objects);
  }

  /** Whether deletions are under way. */
  get busy(): boolean {
    return this.#working !== undefined;
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    this.#timers.stop();
    await this.#working;
  }

  /** Deletes what is too much, when enough has gathered for a batch. */
  #bound(finished: Map<string, Finished>): void {
    const { finishedMax } = this.#options;
    const slack = Math.min(deletionBatch, Math.ceil(finishedMax / 10));
    if (finished.size <= finishedMax + slack) return;
    for (const one of finished.values()) {
      if (finished.size <= finishedMax) return;
      if (this.#isWaitedFor(one)) continue;
      this.#delete(one);
    }
  }

  /** Whether another run is under way that has still to read this one. */
  #isWaitedFor({ objects, namespace, parent }: Finished): boolean {
    if (parent === undefined) return false;
    const stored = objects.store.get(keyOf(objects.tenant, runs, namespace, parent.name));
    const run = stored && parseStored(stored);
    return run !== undefined && isRun(run) && run.metadata.uid === parent.uid && !isFinished(run);
  }

  #delete(one: Finished): void {
    if (this.#isWaitedFor(one)) {
      this.#timers.put(one.key, this.#options.clock.now() + 60_000);
      return;
    }
    this.forget(one.objects, one.key);
    this.#due.push(one);
    this.#working ??= withFence(this.#fence, () => this.#work()).finally(() => {
      this.#working = undefined;
    });
  }

  async #work(): Promise<void> {
    while (this.#due.length > 0 && !this.#isOver) {
      const batch = this.#due.splice(0, deletionBatch);
      try {
        await this.#deleteAll(batch);
      } catch (error) {
        if (error instanceof FencedError) return;
        // One of them was changed meanwhile, or the store cannot write: each on its own, and the rest at a later start.
        if (!(error instanceof StatusError)) throw error;
        if (error.code === 503) this.#options.onFault('deleting finished runs', error);
        else for (const one of batch) await this.#deleteOne(one);
      }
    }
  }

  async #deleteAll(batch: readonly Finished[]): Promise<void> {
    const { servedOf, clock, approvalsOf } = this.#options;
    const byTenant = Map.groupBy(batch, ({ objects }) => objects);
    for (const [objects, all] of byTenant) {
      const served = servedOf(objects);
      if (!served) continue;
      const writes: ObjectWrite[] = [];
      const besides: StoreOperation[] = [];
      for (const { key, namespace, name } of all) {
        const stored = objects.store.get(key);
        if (!stored) continue;
        const last = parseStored(stored);
        if ((last.metadata.finalizers ?? []).length > 0) continue;
        const value = (revision: number): string => {
          last.metadata.resourceVersion = String(revision);
          return JSON.stringify(last);
        };
        writes.push({
          request: writeRequest(served, namespace, name, runUser, clock.now()),
          name,
          operation: { type: 'delete', key, expect: stored.revision, value },
        });
        for (const approval of approvalsOf(objects, key)) {
          besides.push({
            type: 'delete',
            key: approval,
            value: () => objects.store.get(approval)?.value ?? '{}',
          });
        }
      }
      if (writes.length > 0) await objects.commitAll(writes, besides);
    }
    for (const one of batch) if (one.objects.store.get(one.key)) await this.#deleteOne(one);
  }

  async #deleteOne({ objects, namespace, name }: Finished): Promise<void> {
    const { servedOf, clock, onFault } = this.#options;
    const served = servedOf(objects);
    if (!served) return;
    try {
      await deleteObject(objects, writeRequest(served, namespace, name, runUser, clock.now()), {
        preconditions: {},
        propagation: undefined,
      });
    } catch (error) {
      if (error instanceof FencedError) return;
      if (!(error instanceof StatusError) || error.code !== 404) {
        onFault(`deleting the finished run ${namespace}/${name}`, error);
      }
    }
  }
}
