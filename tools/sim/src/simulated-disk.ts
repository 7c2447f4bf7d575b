import { type Clock, isObject, type Random } from '@plinth/kernel';
import { type Group, type GroupWriter, type LogEntry, StoreError } from '@plinth/kernel/testing';
import { invariant } from './invariant.ts';

/** A row of the log, as a disk keeps it. */
export interface Row {
  readonly revision: number;
  readonly deleted: boolean;
  readonly key: string;
  readonly value: string;
}

/** How a disk misbehaves; changed while the simulation runs. */
export interface DiskFaults {
  /** Every write fails while this is set. */
  full: boolean;
  /** Of a thousand writes, so many fail by themselves. */
  failuresPerMille: number;
  /** Milliseconds that a write takes at most. */
  slowMsMax: number;
}

/** What outlives processes: the rows of the log. Keeps besides all that was ever written, for comparisons. */
export class SimulatedDisk {
  readonly faults: DiskFaults = { full: false, failuresPerMille: 0, slowMsMax: 5 };
  /** Every change that became durable, in order; nothing is ever taken out. */
  readonly history: Row[] = [];
  readonly #rows = new Map<number, Row>();
  readonly #logs = new Map<string, LogEntry[]>();
  readonly #written: (row: Row) => void;
  #compacted = 0;

  /** @param written told of every change once it is durable */
  constructor(written: (row: Row) => void) {
    this.#written = written;
  }

  /** Rows as a process that starts now finds them, in the order of their revisions. */
  get rows(): Row[] {
    return [...this.#rows.values()];
  }

  get compacted(): number {
    return this.#compacted;
  }

  /** The newest revision that is durable. */
  get revision(): number {
    return this.history.at(-1)?.revision ?? 0;
  }

  /** The number of entries of each append-only log. */
  logEnds(): Map<string, number> {
    return new Map([...this.#logs].map(([log, entries]) => [log, entries.length]));
  }

  entries(log: string): readonly LogEntry[] {
    return this.#logs.get(log) ?? [];
  }

  eraseOpenings(log: string, sequences: readonly number[]): void {
    const entries = this.#logs.get(log) ?? [];
    for (const sequence of sequences) {
      const entry = entries[sequence];
      if (entry) entries[sequence] = { sequence, value: entry.value };
    }
  }

  removeLog(log: string): void {
    this.#logs.delete(log);
  }

  apply(group: Group): void {
    requireAudited(group);
    this.#append(group);
    for (const [i, revision] of group.revisions.entries()) {
      const value = group.values[i];
      invariant(typeof value === 'string', 'values are texts: there is no cipher');
      invariant(revision > this.revision, `revision ${revision} is written after ${this.revision}`);
      const row = { revision, deleted: group.types[i] === 1, key: group.keys[i] ?? '', value };
      this.#rows.set(revision, row);
      this.history.push(row);
      this.#written(row);
    }
    invariant(group.compacted >= this.#compacted, 'a compaction is never taken back');
    this.#compacted = group.compacted;
    for (const revision of group.forget) {
      invariant(revision <= this.#compacted, `revision ${revision} is forgotten before it is compacted`);
      this.#rows.delete(revision);
    }
  }

  #append({ entries }: Group): void {
    for (const [i, log] of entries.logs.entries()) {
      const known = this.#logs.get(log) ?? [];
      this.#logs.set(log, known);
      const sequence = entries.sequences[i];
      invariant(
        sequence === known.length,
        `entry ${sequence} is written behind ${known.length} entries of ${log}`,
      );
      known.push({ sequence, value: entries.values[i] ?? '', opening: entries.openings[i] ?? undefined });
    }
  }
}

/** Changes of objects that are none of the API's, and that its audit does not tell of. */
const internalBucket = /^[^/]+\/plinth\.dev\/(runjournals|planrecords)\//;

/** A change and its entry in the audit log are made durable together, or neither is. */
function requireAudited({ revisions, keys, entries }: Group): void {
  const audited = new Set<unknown>();
  for (const [i, log] of entries.logs.entries()) {
    if (!log.endsWith('/audit')) continue;
    const event: unknown = JSON.parse(entries.values[i] ?? '');
    const data = isObject(event) ? event['data'] : undefined;
    if (isObject(data)) audited.add(data['revision']);
  }
  if (audited.size === 0 && !keys.some((key) => key.startsWith('default/'))) return;
  for (const [i, revision] of revisions.entries()) {
    if (internalBucket.test(keys[i] ?? '')) continue;
    invariant(audited.has(revision), `revision ${revision} of ${keys[i]} has no entry in the audit log`);
  }
}

/** The disk as one process sees it: writes take time, fail, and are cut off when the process dies. */
export class DiskHandle implements GroupWriter {
  readonly #disk: SimulatedDisk;
  readonly #clock: Clock;
  readonly #random: Random;
  #underway: Group | undefined;
  #dead = false;

  constructor(disk: SimulatedDisk, clock: Clock, random: Random) {
    this.#disk = disk;
    this.#clock = clock;
    this.#random = random;
  }

  write(group: Group): Promise<number> {
    invariant(this.#underway === undefined, 'groups are written one after the other');
    if (this.#dead) return new Promise(() => undefined);
    this.#underway = group;
    const { faults } = this.#disk;
    const tookMs = this.#random.below(faults.slowMsMax + 1);
    return new Promise((resolve, reject) => {
      this.#clock.after(tookMs, () => {
        this.#underway = undefined;
        if (faults.full || this.#random.below(1_000) < faults.failuresPerMille) {
          reject(new StoreError('read-only', 'a simulated fault: the disk is full', { hint: 'none' }));
          return;
        }
        this.#disk.apply(group);
        resolve(tookMs);
      });
    });
  }

  /** The process dies: what it was writing is durable as a whole, or not at all. */
  cut(): void {
    this.#dead = true;
    const group = this.#underway;
    this.#underway = undefined;
    if (group && !this.#disk.faults.full && this.#random.below(2) === 0) this.#disk.apply(group);
  }
}
