import type { UserInfo } from '../auth/port.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import type { Append, KeyOperation, Store, StoreOperation } from '../store/port.ts';
import { type AuditEventType, type AuditFacts, type RequestOrigin, writeEvent } from './event.ts';
import { Salts } from './salts.ts';

/** A change of an object, as its entry tells it. */
export interface AuditedWrite {
  readonly operation: KeyOperation;
  /** URL path of the object. */
  readonly subject: string;
  readonly user: UserInfo;
  readonly origin: RequestOrigin | undefined;
  readonly nowMs: number;
  readonly manager: string;
  /** Empty for the object itself. */
  readonly subresource: string;
  readonly facts?: Readonly<Record<string, number>> | undefined;
  /** What policies note about it, by key. */
  readonly annotations?: AuditFacts['annotations'];
}

/** How long a user whose login was noted is not noted again, in milliseconds. */
const loginEveryMs = 3_600_000;
/** Users and places whose logins are remembered; a forgotten one is noted again. */
const loginsKept = 10_000;
/** Refused logins noted one by one in each second; those beyond are counted, so that nobody fills the disk with them. */
const refusalsPerSecondMax = 100;

/** Name of the append-only log that holds the audit of a tenant. */
export function auditLogOf(tenant: string): string {
  return `${tenant}/audit`;
}

/** Whether a log is the audit of a tenant. */
export function isAuditLog(log: string): boolean {
  return /^[^/]+\/audit$/.test(log);
}

/**
 * Writes what happens into the audit log of a tenant. Changes are entered in the commit that makes them, so that there
 * is none without its entry.
 */
export class AuditTrail {
  readonly log: string;
  readonly #source: string;
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #salts: Salts;
  readonly #onFault: (what: string, error: unknown) => void;
  readonly #logins = new Map<string, number>();
  #refusals = { second: 0, noted: 0, passed: 0 };

  constructor(options: {
    store: Store;
    tenant: string;
    clock: Clock;
    random: Random;
    onFault: (what: string, error: unknown) => void;
  }) {
    this.log = auditLogOf(options.tenant);
    this.#source = `/clusters/${options.tenant}`;
    this.#store = options.store;
    this.#clock = options.clock;
    this.#salts = new Salts(options.random);
    this.#onFault = options.onFault;
  }

  /** The operations of writes, in their order, and the entries that are committed with them. */
  entered(writes: readonly AuditedWrite[]): { operations: StoreOperation[]; appends: Append[] } {
    const operations: StoreOperation[] = [];
    const appends: Append[] = [];
    let changes = 0;
    for (const write of writes) {
      const { operation } = write;
      if (operation.type === 'check') {
        operations.push(operation);
        continue;
      }
      const place = changes++;
      let content = '';
      const value = (revision: number): string => {
        content = operation.value(revision);
        return content;
      };
      operations.push({ ...operation, value });
      appends.push(
        this.#append((revisions) => ({ ...changeFacts(write), content, revision: revisions[place] ?? 0 })),
      );
    }
    return { operations, appends };
  }

  /** Enters a denial, and what policies noted about it. It is denied whether or not that can be written. */
  async denied(
    subject: string,
    user: UserInfo,
    origin: RequestOrigin | undefined,
    data: AuditFacts['data'],
    annotations?: AuditFacts['annotations'],
  ): Promise<void> {
    await this.#note('dev.plinth.access.denied', subject, user, origin, data, annotations);
  }

  /** Enters credentials that were not accepted; under a flood only their number. */
  async refused(subject: string, origin: RequestOrigin, data: AuditFacts['data']): Promise<void> {
    const second = Math.floor(this.#clock.monotonic() / 1000);
    const before = this.#refusals;
    if (second !== before.second) this.#refusals = { second, noted: 0, passed: 0 };
    if (before.passed > 0 && second !== before.second) {
      await this.#note('dev.plinth.access.refused', '/', undefined, undefined, {
        reason: 'TooManyToNote',
        count: before.passed,
      });
    }
    if (this.#refusals.noted >= refusalsPerSecondMax) {
      this.#refusals.passed++;
      return;
    }
    this.#refusals.noted++;
    const sender: UserInfo = { username: '', groups: [] };
    await this.#note('dev.plinth.access.refused', subject, sender, origin, data);
  }

  /** Enters that a user has begun to work from somewhere: at the first request, and again when an hour has passed. */
  loggedIn(user: UserInfo, origin: RequestOrigin): void {
    const nowMs = this.#clock.monotonic();
    const key = `${user.username}\n${origin.address}\n${origin.userAgent}`;
    const last = this.#logins.get(key);
    if (last !== undefined && nowMs - last < loginEveryMs) return;
    this.#logins.delete(key);
    this.#logins.set(key, nowMs);
    const oldest = this.#logins.size > loginsKept ? this.#logins.keys().next().value : undefined;
    if (oldest !== undefined) this.#logins.delete(oldest);
    void this.#note('dev.plinth.access.login', '/', user, origin, {});
  }

  /**
   * Enters an action that changes no object, such as the issue of a token. Its answer must wait for this.
   * @throws StoreError when it cannot be written
   */
  async acted(
    subject: string,
    user: UserInfo,
    origin: RequestOrigin | undefined,
    data: AuditFacts['data'],
  ): Promise<void> {
    await this.#store.commit([], [this.action(subject, user, origin, data)]);
  }

  /** The entry of an action, to be committed with what it changes. */
  action(
    subject: string,
    user: UserInfo,
    origin: RequestOrigin | undefined,
    data: AuditFacts['data'],
  ): Append {
    const nowMs = this.#clock.now();
    return this.#append(() => ({ type: 'dev.plinth.object.acted', nowMs, subject, user, origin, data }));
  }

  /** Enters that the openings of entries are erased. @throws StoreError when it cannot be written */
  async erased(user: UserInfo, origin: RequestOrigin | undefined, count: number): Promise<void> {
    const nowMs = this.#clock.now();
    await this.#write({
      type: 'dev.plinth.audit.erased',
      nowMs,
      subject: '/audit',
      user,
      origin,
      data: { count },
    });
  }

  /** Enters how many requests have come since the last such entry. @throws StoreError when it cannot be written */
  async counted(requests: number): Promise<void> {
    const data = { requests };
    await this.#write({
      type: 'dev.plinth.usage.counted',
      nowMs: this.#clock.now(),
      subject: '/usage',
      data,
    });
  }

  async #note(
    type: AuditEventType,
    subject: string,
    user: UserInfo | undefined,
    origin: RequestOrigin | undefined,
    data: AuditFacts['data'],
    annotations?: AuditFacts['annotations'],
  ): Promise<void> {
    try {
      await this.#write({ type, nowMs: this.#clock.now(), subject, user, origin, annotations, data });
    } catch (error) {
      this.#onFault(`the audit of ${subject}`, error);
    }
  }

  async #write(facts: AuditFacts): Promise<void> {
    await this.#store.commit([], [this.#append(() => facts)]);
  }

  #append(facts: (revisions: readonly number[]) => AuditFacts & { readonly revision?: number }): Append {
    return {
      log: this.log,
      entry: (sequence, revisions) => {
        const { revision, ...rest } = facts(revisions);
        const data = revision === undefined ? rest.data : { ...rest.data, revision };
        return writeEvent({ ...rest, data }, { source: this.#source, sequence }, this.#salts);
      },
    };
  }
}

function changeFacts(write: AuditedWrite): AuditFacts {
  const { operation, subject, user, origin, nowMs, manager, subresource, facts, annotations } = write;
  const type =
    operation.type === 'delete'
      ? 'dev.plinth.object.deleted'
      : operation.expect === 0
        ? 'dev.plinth.object.created'
        : 'dev.plinth.object.updated';
  const part = subresource === '' ? {} : { subresource };
  return { type, nowMs, subject, user, origin, annotations, data: { manager, ...part, ...facts } };
}
