import type { AuditedWrite, AuditTrail } from '../audit/trail.ts';
import { commitFenced } from '../cluster/fence.ts';
import type { ResourceRef } from '../model/status-error.ts';
import { type Store, type StoredObject, StoreError, type StoreOperation } from '../store/port.ts';
import type { ObjectWrite } from './objects.ts';
import { refOf, statusOf } from './refusals.ts';
import { subjectOf } from './subject.ts';
import { type BoundedWrite, checkQuota, type WriteQuota } from './write-quota.ts';
import type { WriteRequest } from './write-request.ts';

/** What goes along with every commit of objects. */
export interface CommitsOptions {
  readonly store: Store;
  /** Enters every change into the audit log, in the commit that makes it. */
  readonly audit?: AuditTrail | undefined;
  /** Bounds what may be stored; absent: there is no bound. */
  readonly quota?: WriteQuota | undefined;
}

/** Commits writes of objects together with their entries in the audit log, within the quota, and under a fence. */
export class Commits {
  readonly #store: Store;
  readonly #audit: AuditTrail | undefined;
  readonly #quota: WriteQuota | undefined;

  constructor({ store, audit, quota }: CommitsOptions) {
    this.#store = store;
    this.#audit = audit;
    this.#quota = quota;
  }

  /** Every change of an object goes through here. @throws FencedError when this process does not own the work any more */
  async all(writes: readonly ObjectWrite[], besides: readonly StoreOperation[]): Promise<StoredObject[]> {
    const bounds =
      this.#quota?.bounds(writes.filter(({ request }) => !request.deletes).map(boundedWrite)) ?? [];
    try {
      return await commitFenced(async (checks) => {
        const rest = [...besides, ...bounds, ...checks];
        const own = writes.flatMap(({ request }) => request.appends ?? []);
        if (!this.#audit)
          return await this.#store.commit([...writes.map((write) => write.operation), ...rest], own);
        const { operations, appends } = this.#audit.entered(writes.map(auditedWrite));
        return await this.#store.commit([...operations, ...rest], [...appends, ...own]);
      });
    } catch (error) {
      throw statusOf(error, refOfConflict(error, writes));
    }
  }

  /**
   * Refuses in a dry run what the commit would refuse.
   * @param value the object as it would be stored
   * @throws StatusError 403
   */
  rehearse(key: string, name: string, value: string, { user, served, deletes }: WriteRequest): void {
    try {
      if (this.#quota && !deletes) checkQuota(this.#quota, this.#store, { key, user }, value.length);
    } catch (error) {
      throw statusOf(error, refOf(served, name));
    }
  }
}

function boundedWrite({ operation, request }: ObjectWrite): BoundedWrite {
  return { key: operation.key, user: request.user };
}

function auditedWrite({ request, name, operation, annotations }: ObjectWrite): AuditedWrite {
  const { served, user, origin, nowMs, manager, subresource, facts } = request;
  // The namespace of the object that is written: a request for several may name none.
  const namespace = operation.key.split('/')[3] ?? '';
  const subject = subjectOf(served, namespace, name);
  return { operation, subject, user, origin, nowMs, manager, subresource, facts, annotations };
}

/** The object that a refused batch failed on, as far as the store says. */
function refOfConflict(error: unknown, writes: readonly ObjectWrite[]): ResourceRef {
  const key = error instanceof StoreError ? error.key : undefined;
  const write = writes.find(({ operation }) => operation.key === key) ?? writes[0];
  if (!write) return { group: '', resource: '' };
  return refOf(write.request.served, write.name);
}
