import { createHmac } from 'node:crypto';
import { bucketOf, keyOf } from '../api/keys.ts';
import type { Objects } from '../api/objects.ts';
import { isObject } from '../model/json.ts';
import type { JsonObject, KubeObject } from '../model/object.ts';
import type { Random } from '../ports/random.ts';
import type { StoreOperation } from '../store/port.ts';

/** An object that a plan deletes. */
export interface ObjectRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

/** What a plan is made from, complete: it may hold secrets. */
export interface PlanInputs {
  readonly manifests: readonly JsonObject[];
  readonly deletes: readonly ObjectRef[];
  readonly prune?: {
    readonly selector: string;
    readonly kinds?: readonly { readonly apiVersion: string; readonly kind: string }[];
  };
  /** For manifests that name none. */
  readonly namespace: string;
  readonly force: boolean;
  readonly fieldManager: string;
}

/** One object as a plan found it, and what it was to become. */
export interface TargetState {
  readonly ref: ObjectRef;
  readonly key: string;
  readonly operation: string;
  /** What was there, without status and bookkeeping, and its digest; absent when nothing was. */
  readonly before?: KubeObject;
  readonly beforeDigest?: string;
  /** Digest of what it becomes; absent when it is deleted. */
  readonly outcome?: string;
}

/** Everything outside the inputs that a plan's digest covers. */
export interface PlanBasis {
  readonly targets: readonly TargetState[];
  /** Objects that deletes take along. */
  readonly cascade: readonly { readonly ref: ObjectRef; readonly uid: string }[];
  readonly policies: readonly { readonly name: string; readonly uid: string; readonly digest: string }[];
  /** Admission policies that the changes were judged by, each with a binding; absent when there were none. */
  readonly admission?: readonly AdmissionBasis[];
}

/** What an admission policy and binding were when a plan was judged by them, with their parameters. */
export interface AdmissionBasis {
  readonly policy: string;
  readonly binding: string;
  readonly digest: string;
}

/** Who has to approve, and which policy asks for it. */
export interface DemandRecord {
  readonly policy: string;
  readonly groups?: readonly string[];
  readonly count: number;
  readonly reason: string;
}

/** What the kernel knows of a plan. The served Plan only shows it; whatever is decided is decided by this. */
export interface PlanRecord {
  /** Of the Plan it belongs to. */
  readonly uid: string;
  readonly author: string;
  readonly digest: string;
  readonly expiresAtMs: number;
  readonly demands: readonly DemandRecord[];
  /** Why the change is not possible. */
  readonly failed?: string;
  /** Absent once the plan was applied: nothing needs the secrets any more. */
  readonly work?: { readonly inputs: PlanInputs; readonly basis: PlanBasis };
  readonly applied?: AppliedRecord;
}

/** That a plan was applied. */
export interface AppliedRecord {
  readonly at: string;
  readonly by: string;
  readonly digest: string;
  readonly writes: number;
}

/** A record with the place and revision it was read at, so that it is replaced only while it is the same. */
export interface StoredRecord {
  readonly record: PlanRecord;
  readonly revision: number;
}

const records = { group: 'plinth.dev', resource: 'planrecords' } as const;
/** What the store's cipher has to cover, for every tenant. */
export const sealedPlanBucket = `*/${records.group}/${records.resource}/`;

/**
 * What plans hold beside what is served, sealed in the store: the inputs with the secrets in them, and the key of
 * commitments to secrets.
 */
export class PlanRecords {
  readonly #objects: Pick<Objects, 'store' | 'tenant' | 'commitAll'>;
  readonly #random: Random;

  constructor(objects: Pick<Objects, 'store' | 'tenant' | 'commitAll'>, random: Random) {
    this.#objects = objects;
    this.#random = random;
  }

  /** The record of a Plan; undefined when there is none of that name and uid. */
  read(name: string, uid: string): StoredRecord | undefined {
    const stored = this.#objects.store.get(this.#key(name));
    if (!stored) return undefined;
    const record = parseRecord(stored.value);
    return record.uid === uid ? { record, revision: stored.revision } : undefined;
  }

  /** Names of all plans that have a record, also of those that are gone. */
  names(): string[] {
    const prefix = `${bucketOf(this.#objects.tenant, records)}/`;
    return this.#objects.store.list(prefix).objects.map(({ key }) => key.slice(prefix.length));
  }

  /** The operation that writes a record: for a new plan in place of whatever an earlier one of its name left. */
  write(name: string, record: PlanRecord, expect?: number): StoreOperation {
    return {
      type: 'put',
      key: this.#key(name),
      ...(expect === undefined ? {} : { expect }),
      value: () => JSON.stringify(record),
    };
  }

  /**
   * Forgets the record of a plan that is gone; does nothing when a new plan of that name has one by now.
   * @param isGone asked in the same turn in which the record is read
   */
  async forget(name: string, isGone: () => boolean): Promise<void> {
    const stored = this.#objects.store.get(this.#key(name));
    if (!stored || !isGone()) return;
    const key = this.#key(name);
    await this.#objects.commitAll([], [{ type: 'delete', key, expect: stored.revision, value: () => '{}' }]);
  }

  /** The key of commitments to secrets; made when it is first asked for, and the same from then on. */
  async commitmentKey(): Promise<Uint8Array> {
    const key = keyOf(this.#objects.tenant, records, 'kernel', 'commitment-key');
    for (;;) {
      const stored = this.#objects.store.get(key);
      if (stored) return Buffer.from(parseKey(stored.value), 'base64');
      const fresh = Buffer.from(this.#random.bytes(32)).toString('base64');
      const value = JSON.stringify({ key: fresh });
      try {
        await this.#objects.commitAll([], [{ type: 'put', key, expect: 0, value: () => value }]);
      } catch (error) {
        // Another plan made it at the same time: theirs counts.
        if (!this.#objects.store.get(key)) throw error;
      }
    }
  }

  #key(name: string): string {
    return keyOf(this.#objects.tenant, records, '', name);
  }
}

/** A short commitment to a secret value, that shows whether it changes and lets nobody guess at it. */
export function commitment(key: Uint8Array, place: string, value: unknown): string {
  const mac = createHmac('sha256', key)
    .update(JSON.stringify([place, value]))
    .digest('hex');
  return `sensitive:${mac.slice(0, 12)}`;
}

function parseRecord(text: string): PlanRecord {
  const value: unknown = JSON.parse(text);
  if (!isRecord(value)) throw new Error('the record of a plan is not what the kernel writes');
  return value;
}

function isRecord(value: unknown): value is PlanRecord {
  if (!isObject(value)) return false;
  const { uid, author, digest, expiresAtMs, demands } = value;
  const isText = [uid, author, digest].every((field) => typeof field === 'string');
  return isText && typeof expiresAtMs === 'number' && Array.isArray(demands);
}

function parseKey(text: string): string {
  const value: unknown = JSON.parse(text);
  if (!isObject(value) || typeof value['key'] !== 'string')
    throw new Error('the commitment key is not readable');
  return value['key'];
}
