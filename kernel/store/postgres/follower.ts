import { systemClock } from '../../ports/clock.ts';
import type { Feed } from './feed.ts';
import { busyForMs, hintEveryMs, pollBusyMs, pollIdleMs } from './limits.ts';
import type { Link } from './link.ts';
import type { PostgresSession } from './session.ts';

const channel = 'plinth_commits';

/** The application name of the sessions that follow, by which processes find each other in `pg_stat_activity`. */
export const followerName = 'plinth follower';

/**
 * Keeps the image up with what others commit. Looking at the database again and again makes it right; hints from whoever
 * commits make it fast. A hint is sent outside of the commit, by this session, because NOTIFY holds a lock of the whole
 * server until its transaction ends.
 */
export class Follower {
  readonly #feed: Feed;
  readonly #link: Link;
  readonly #id: string;
  #looking = false;
  #again = false;
  #stopTimer: () => void = () => {};
  #busyUntilMs = 0;
  #hintDue = false;
  #stopped = false;
  #reloading: Promise<void> | undefined;
  #failure: unknown;
  readonly #openReader: () => Promise<PostgresSession>;

  /**
   * @param id tells this process's hints from those of others
   * @param openReader makes a session that may hold a snapshot for as long as it takes to read all
   */
  constructor(feed: Feed, link: Link, id: string, openReader: () => Promise<PostgresSession>) {
    this.#feed = feed;
    this.#link = link;
    this.#id = id;
    this.#openReader = openReader;
    feed.onNews = () => {
      this.#busyUntilMs = systemClock.monotonic() + busyForMs;
    };
  }

  /** Why the last look failed; undefined when it did not. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Prepares a new session: from here on it hears of hints. */
  async listen(session: PostgresSession): Promise<void> {
    session.onNotice = (from) => {
      if (from !== this.#id) this.look();
    };
    await session.query(`LISTEN ${channel}`);
    // A hint may be lost with the machine: nothing else depends on what this session commits.
    await session.query('SET synchronous_commit = off');
    queueMicrotask(() => this.look());
  }

  /** Looks now, and then again and again. */
  look(): void {
    this.#stopTimer();
    if (this.#stopped) return;
    if (this.#looking) {
      this.#again = true;
      return;
    }
    this.#looking = true;
    void this.#look().finally(() => {
      this.#looking = false;
      if (this.#again) {
        this.#again = false;
        this.look();
        return;
      }
      const pauseMs = systemClock.monotonic() < this.#busyUntilMs ? pollBusyMs : pollIdleMs;
      if (!this.#stopped) this.#stopTimer = systemClock.after(pauseMs, () => this.look());
    });
  }

  /** Tells other processes, soon, that something was committed. */
  hint(): void {
    if (this.#hintDue || this.#stopped) return;
    this.#hintDue = true;
    systemClock.after(hintEveryMs, () => {
      this.#hintDue = false;
      if (!this.#stopped) void this.#notify();
    });
  }

  /** Reads everything anew, once for all who ask meanwhile. */
  reload(): Promise<void> {
    this.#reloading ??= this.#reload().finally(() => {
      this.#reloading = undefined;
    });
    return this.#reloading;
  }

  stop(): void {
    this.#stopped = true;
    this.#stopTimer();
  }

  async #look(): Promise<void> {
    try {
      const session = await this.#link.get();
      if (!(await this.#feed.catchUp(session))) await this.reload();
      this.#failure = undefined;
    } catch (error) {
      // The health of the store tells of it, and the next look tries again.
      this.#failure = error;
    }
  }

  async #reload(): Promise<void> {
    const session = await this.#openReader();
    try {
      await this.#feed.reload(session);
    } finally {
      session.destroy();
    }
  }

  async #notify(): Promise<void> {
    try {
      const session = await this.#link.get();
      await session.query('SELECT pg_notify($1, $2)', [channel, this.#id]);
    } catch {
      // A hint that is lost costs others the time until their next look.
    }
  }
}
