import { keyOf } from '../api/keys.ts';
import type { AuditTrail } from '../audit/trail.ts';
import { type Clock, formatTime } from '../ports/clock.ts';
import type { Store } from '../store/port.ts';
import { entriesPerRead, entriesPerRecord, requestCountMs } from './limits.ts';
import type { TenantUsage } from './usage-fields.ts';
import { parseLedger, type UsageCount, UsageLedger } from './usage-ledger.ts';

const minuteMs = 60_000;
const hourChars = 'yyyy-mm-ddThh'.length;

/** What a meter reads and writes. */
export interface UsageMeterOptions {
  readonly store: Store;
  readonly tenant: string;
  readonly audit: AuditTrail;
  readonly clock: Clock;
  readonly onFault: (what: string, error: unknown) => void;
}

/**
 * Meters one tenant. All that has been used is counted from the audit log, into which requests are entered once a minute
 * by their number; what is stored now is asked of the store. So an invoice and the audit log cannot disagree, and a
 * restart forgets one minute of requests at most.
 */
export class UsageMeter {
  readonly #options: UsageMeterOptions;
  readonly #key: string;
  readonly #ledger: UsageLedger;
  /** Requests that are not entered yet. */
  #requests = 0;
  #recorded: number;
  /** What was counted last, and what it was counted from. */
  #shown: { readonly state: string; readonly usage: TenantUsage } | undefined;
  #cancelTimer: (() => void) | undefined;
  #unfollow: () => void = () => {};
  #entering: Promise<void> = Promise.resolve();

  private constructor(options: UsageMeterOptions, key: string, ledger: UsageLedger) {
    this.#options = options;
    this.#key = key;
    this.#ledger = ledger;
    this.#recorded = ledger.entries;
  }

  /**
   * Counts what has been entered since the meter was last stored, and follows what comes.
   * @throws StoreError when the log cannot be read
   */
  static async open(options: UsageMeterOptions): Promise<UsageMeter> {
    const { store, tenant, audit } = options;
    const key = usageKey(tenant);
    const stored = store.get(key);
    const before = stored && parseLedger(stored.value);
    // A log that is shorter than what was counted is another one.
    const isOurs = before !== undefined && before.entries <= store.logs.end(audit.log);
    const meter = new UsageMeter(options, key, new UsageLedger(isOurs ? before : undefined));
    await meter.#catchUp();
    return meter;
  }

  /** A request has come. */
  request(): void {
    this.#requests++;
    this.#cancelTimer ??= this.#options.clock.after(requestCountMs, () => {
      this.#cancelTimer = undefined;
      this.#entering = this.#enter();
    });
  }

  /** Milliseconds that steps of runs have worked in the present calendar month. */
  get runMs(): number {
    return this.#ledger.windows(this.#options.clock.now()).month.runMs;
  }

  /** What was counted, for comparison. */
  get ledger(): UsageLedger {
    return this.#ledger;
  }

  /** What the tenant uses now and has used. */
  usage(): TenantUsage {
    const { store, tenant, clock } = this.#options;
    const at = formatTime(clock.now());
    const { objects, bytes } = store.usage(`${tenant}/`);
    // All tenants are asked twice a minute, and most of them idle. Windows end with the hour.
    const state = `${this.#ledger.entries} ${objects} ${bytes} ${at.slice(0, hourChars)}`;
    if (this.#shown?.state === state) return this.#shown.usage;
    const { lastHour, lastDay, month } = this.#ledger.windows(clock.now());
    const byResource: Record<string, number> = {};
    for (const bucket of store.buckets()) {
      const [owner, group = '', resource = ''] = bucket.split('/');
      if (owner !== tenant) continue;
      byResource[group === 'core' ? resource : `${resource}.${group}`] = store.count(`${bucket}/`);
    }
    const usage = {
      objects,
      storedBytes: bytes,
      byResource,
      lastHour: shown(lastHour),
      lastDay: shown(lastDay),
      month: shown(month),
      auditEntries: this.#ledger.entries,
      at,
    };
    this.#shown = { state, usage };
    return usage;
  }

  /** Enters what is not entered yet, and stores what was counted. */
  async close(): Promise<void> {
    this.#cancelTimer?.();
    await this.#entering;
    await this.#enter();
    this.#unfollow();
    if (this.#ledger.entries > this.#recorded) await this.#record();
  }

  /** Ends it without a trace: the tenant is being deleted. */
  drop(): void {
    this.#cancelTimer?.();
    this.#requests = 0;
    this.#unfollow();
  }

  async #catchUp(): Promise<void> {
    const { store, audit } = this.#options;
    for (;;) {
      const from = this.#ledger.entries;
      if (from >= store.logs.end(audit.log)) break;
      for (const entry of await store.logs.read(audit.log, from, entriesPerRead)) this.#ledger.take(entry);
      if (this.#ledger.entries === from) break;
    }
    if (this.#ledger.entries - this.#recorded >= entriesPerRecord) await this.#record();
    this.#unfollow = store.logs.follow(audit.log, (entries) => {
      for (const entry of entries) this.#ledger.take(entry);
      if (this.#ledger.entries - this.#recorded >= entriesPerRecord) {
        this.#recorded = this.#ledger.entries;
        this.#entering = this.#entering.then(() => this.#record());
      }
    });
  }

  async #enter(): Promise<void> {
    const requests = this.#requests;
    if (requests === 0) return;
    this.#requests = 0;
    try {
      await this.#options.audit.counted(requests);
    } catch (error) {
      this.#requests += requests;
      this.#options.onFault(`counting the requests of tenant ${this.#options.tenant}`, error);
    }
  }

  async #record(): Promise<void> {
    const { store, onFault, tenant } = this.#options;
    const text = JSON.stringify(this.#ledger);
    this.#recorded = this.#ledger.entries;
    try {
      await store.commit([{ type: 'put', key: this.#key, value: () => text }]);
    } catch (error) {
      // A start reads more of the log then.
      onFault(`storing what tenant ${tenant} has used`, error);
    }
  }
}

/** Where the count of a tenant is stored: an internal place, which the API does not serve. */
function usageKey(tenant: string): string {
  return keyOf(tenant, { group: 'plinth.dev', resource: 'usagerecords' }, '', 'usage');
}

function shown({ requests, writes, runMs }: UsageCount): TenantUsage['month'] {
  return { requests, writes, runMinutes: Math.round((runMs / minuteMs) * 1_000) / 1_000 };
}
