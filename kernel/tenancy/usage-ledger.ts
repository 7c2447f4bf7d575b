import { isObject } from '../model/json.ts';
import type { LogEntry } from '../store/port.ts';
import { hoursKept, monthsKept } from './limits.ts';

/** What was used in some time. */
export interface UsageCount {
  readonly requests: number;
  readonly writes: number;
  /** Milliseconds that steps of runs have worked. */
  readonly runMs: number;
}

/** A ledger as it is stored. */
export interface StoredLedger {
  /** Entries of the audit log that are counted. */
  readonly entries: number;
  /** By hour (`2026-11-21T15`) and by month (`2026-11`), both UTC. */
  readonly hours: Readonly<Record<string, UsageCount>>;
  readonly months: Readonly<Record<string, UsageCount>>;
}

const hourChars = 'yyyy-mm-ddThh'.length;
const monthChars = 'yyyy-mm'.length;
const hourMs = 3_600_000;
const none: UsageCount = { requests: 0, writes: 0, runMs: 0 };

/**
 * What a tenant has used, counted from its audit log and nothing else: the same entries give the same figures, whether
 * they are taken in as they come or all at once. Pure.
 */
export class UsageLedger {
  #entries = 0;
  readonly #hours = new Map<string, UsageCount>();
  readonly #months = new Map<string, UsageCount>();

  /** @param stored where to go on from */
  constructor(stored?: StoredLedger) {
    if (!stored) return;
    this.#entries = stored.entries;
    for (const [hour, count] of Object.entries(stored.hours)) this.#hours.set(hour, count);
    for (const [month, count] of Object.entries(stored.months)) this.#months.set(month, count);
  }

  /** Entries that are counted: the sequence of the next one. */
  get entries(): number {
    return this.#entries;
  }

  /** Takes in the next entry; one that was taken in already is passed over. */
  take({ sequence, value }: LogEntry): void {
    if (sequence < this.#entries) return;
    this.#entries = sequence + 1;
    const event: unknown = JSON.parse(value);
    if (!isObject(event) || typeof event['time'] !== 'string') return;
    const count = countOf(event);
    if (!count) return;
    add(this.#hours, event['time'].slice(0, hourChars), count, hoursKept);
    add(this.#months, event['time'].slice(0, monthChars), count, monthsKept);
  }

  /** What was used in the present hour, in it and the 23 before, and in the present month. */
  windows(nowMs: number): { lastHour: UsageCount; lastDay: UsageCount; month: UsageCount } {
    const now = new Date(nowMs).toISOString();
    const first = new Date(nowMs - 23 * hourMs).toISOString().slice(0, hourChars);
    let lastDay = none;
    for (const [hour, count] of this.#hours) if (hour >= first) lastDay = sum(lastDay, count);
    return {
      lastHour: this.#hours.get(now.slice(0, hourChars)) ?? none,
      lastDay,
      month: this.#months.get(now.slice(0, monthChars)) ?? none,
    };
  }

  toJSON(): StoredLedger {
    return {
      entries: this.#entries,
      hours: Object.fromEntries(this.#hours),
      months: Object.fromEntries(this.#months),
    };
  }
}

/** Reads a ledger that this program has stored; undefined when it is none. */
export function parseLedger(text: string): StoredLedger | undefined {
  const value: unknown = JSON.parse(text);
  if (!isObject(value) || typeof value['entries'] !== 'number') return undefined;
  return { entries: value['entries'], hours: countsOf(value['hours']), months: countsOf(value['months']) };
}

function countsOf(value: unknown): Record<string, UsageCount> {
  const counts: Record<string, UsageCount> = {};
  for (const [name, count] of Object.entries(isObject(value) ? value : {})) {
    if (!isObject(count)) continue;
    counts[name] = {
      requests: numberOf(count['requests']),
      writes: numberOf(count['writes']),
      runMs: numberOf(count['runMs']),
    };
  }
  return counts;
}

/** What an event of the audit log tells of use; undefined when it tells nothing. */
function countOf({ type, data }: Record<string, unknown>): UsageCount | undefined {
  const facts = isObject(data) ? data : {};
  if (type === 'dev.plinth.usage.counted') return { ...none, requests: numberOf(facts['requests']) };
  if (typeof type !== 'string' || !type.startsWith('dev.plinth.object.')) return undefined;
  return { ...none, writes: 1, runMs: numberOf(facts['runMs']) };
}

function add(counts: Map<string, UsageCount>, name: string, count: UsageCount, kept: number): void {
  counts.set(name, sum(counts.get(name) ?? none, count));
  while (counts.size > kept) {
    // By name and not by age in the map: a clock that was set back must not keep an old hour for good.
    const [oldest] = [...counts.keys()].sort();
    if (oldest === undefined) return;
    counts.delete(oldest);
  }
}

function sum(a: UsageCount, b: UsageCount): UsageCount {
  return { requests: a.requests + b.requests, writes: a.writes + b.writes, runMs: a.runMs + b.runMs };
}

function numberOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;
}
