import { Worker } from 'node:worker_threads';
import type { AppendGroup } from './append-logs.ts';
import { describeDamage } from './damage.ts';
import type { Group, GroupWriter } from './group-commit.ts';
import { StoreError } from './port.ts';
import { fromRefusal } from './sqlite-errors.ts';
import type { SqliteReply, SqliteRequest } from './sqlite-protocol.ts';

interface Waiting {
  readonly resolve: (reply: SqliteReply) => void;
  readonly reject: (error: unknown) => void;
}

/** The thread is gone; whether its last request was carried out is unknown. */
class ThreadDied extends Error {
  override name = 'ThreadDied';
}

/** The writer thread, seen from the store. Starts another when one has died. */
export class SqliteThread implements GroupWriter {
  readonly #directory: string;
  #worker: Worker | undefined;
  #waiting: Waiting[] = [];
  /** Revisions that were refused and may be in the log all the same. */
  #doubtful: number[] = [];
  /** Entries of append-only logs of which the same holds. */
  #doubtfulEntries: AppendGroup = noEntries;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * Starts the thread and opens the database.
   * @throws StoreError as `openSqliteStore` does.
   */
  async open(readOnly: boolean): Promise<Extract<SqliteReply, { type: 'opened' }>> {
    this.#start();
    const reply = await this.ask({ type: 'open', directory: this.#directory, readOnly });
    if (reply.type === 'opened') return reply;
    await this.#stop();
    throw refused(reply);
  }

  ask(request: SqliteRequest): Promise<SqliteReply> {
    const worker = this.#worker;
    if (worker === undefined) return Promise.reject(new ThreadDied('the writer thread does not run'));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      worker.postMessage(request);
    });
  }

  async write(group: Group): Promise<number> {
    if (this.#worker === undefined) await this.#restart();
    const doubtful = this.#doubtful;
    const certain = doubtful.length === 0 && this.#doubtfulEntries.logs.length === 0;
    const request = certain
      ? group
      : { ...group, forget: [...group.forget, ...doubtful], forgetEntries: this.#doubtfulEntries };
    let reply: SqliteReply;
    try {
      reply = await this.ask({ type: 'write', group: request });
    } catch (error) {
      if (!(error instanceof ThreadDied)) throw error;
      return this.#confirm(group, error);
    }
    if (reply.type !== 'written') throw refused(reply);
    this.#doubtful = [];
    this.#doubtfulEntries = noEntries;
    return reply.syncMs;
  }

  async close(): Promise<void> {
    if (this.#worker === undefined) return;
    await this.ask({ type: 'close' });
    await this.#stop();
  }

  /** Looks into the log whether a group got there before the thread died over it. */
  async #confirm(group: Group, cause: ThreadDied): Promise<number> {
    try {
      await this.#restart();
      const { revisions, entries } = group;
      const reply = await this.ask({ type: 'confirm', revisions, entries });
      const all = revisions.length + entries.logs.length;
      if (reply.type === 'confirmed' && reply.found > 0 && reply.found === all) return 0;
    } catch (error) {
      // Nobody can tell now. It is refused, so it must go if it turns up: along with the next group.
      this.#doubtful.push(...group.revisions);
      this.#doubtfulEntries = joinEntries(this.#doubtfulEntries, group.entries);
      throw error instanceof ThreadDied ? deadRefusal(this.#directory, error) : error;
    }
    throw deadRefusal(this.#directory, cause);
  }

  /** Starts another thread; what is in the log is durable when it is up. */
  async #restart(): Promise<void> {
    try {
      const { damage } = await this.open(false);
      if (damage !== undefined) throw new Error(`the database is damaged: ${describeDamage(damage)}`);
      const reply = await this.ask({ type: 'ready' });
      if (reply.type !== 'done') throw refused(reply);
    } catch (error) {
      // Half a start is none: the next write begins again.
      await this.#stop();
      if (error instanceof StoreError && error.code === 'read-only') throw error;
      throw deadRefusal(this.#directory, error);
    }
  }

  #start(): void {
    const worker = new Worker(new URL('./sqlite-worker.ts', import.meta.url), { name: 'plinth-store' });
    this.#worker = worker;
    worker.on('message', (reply: SqliteReply) => this.#waiting.shift()?.resolve(reply));
    const died = (cause: unknown): void => {
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const { reject } of waiting) reject(new ThreadDied('the writer thread has died', { cause }));
    };
    worker.on('error', died);
    worker.on('exit', (code) => died(new Error(`it ended with exit code ${code}`)));
  }

  async #stop(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }
}

const noEntries: AppendGroup = { logs: [], sequences: [], values: [], openings: [] };

function joinEntries(a: AppendGroup, b: AppendGroup): AppendGroup {
  return {
    logs: [...a.logs, ...b.logs],
    sequences: [...a.sequences, ...b.sequences],
    values: [...a.values, ...b.values],
    openings: [...a.openings, ...b.openings],
  };
}

function refused(reply: SqliteReply): Error {
  if (reply.type === 'refused') return fromRefusal(reply.refusal);
  return new Error(`the writer thread answered '${reply.type}' out of turn`);
}

function deadRefusal(directory: string, cause: unknown): StoreError {
  const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  const text = reason instanceof Error ? reason.message : String(reason);
  return new StoreError('read-only', `the writer thread of the store in ${directory} has died: ${text}`, {
    hint: 'it is started again with the next write; if it keeps dying, restart the process and report the cause',
    cause,
  });
}
