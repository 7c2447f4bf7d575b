import { systemClock } from '../../ports/clock.ts';
import { StoreError } from '../port.ts';
import { reconnectMsMax, reconnectMsMin } from './limits.ts';
import type { PostgresSession } from './session.ts';

/**
 * Keeps one session to the database: when it is lost, another is made, at once and then with growing pauses, until one
 * holds.
 *
 *   up          the session can be used
 *   connecting  an attempt is under way; whoever asks waits for it
 *   pausing     the last attempt failed; whoever asks gets its error
 *   closed
 */
export class Link {
  readonly #connect: () => Promise<PostgresSession>;
  readonly #onUp: (session: PostgresSession) => Promise<void>;
  #session: PostgresSession | undefined;
  #attempt: Promise<PostgresSession> | undefined;
  #outage: StoreError | undefined;
  #pauseMs = reconnectMsMin;
  #stopPause: (() => void) | undefined;
  #closed = false;
  #waiting: (() => void)[] = [];

  /**
   * @param connect makes a session; throws StoreError
   * @param onUp prepares each new session before anybody gets it
   */
  constructor(
    connect: () => Promise<PostgresSession>,
    onUp: (session: PostgresSession) => Promise<void> = async () => {},
  ) {
    this.#connect = connect;
    this.#onUp = onUp;
  }

  /** Why there is no session, after an attempt has failed and until one succeeds. */
  get outage(): StoreError | undefined {
    return this.#outage;
  }

  /** Whether an attempt has failed and the next one is not due yet. */
  get isPausing(): boolean {
    return this.#stopPause !== undefined;
  }

  /**
   * The session, or a new one when it was lost.
   * @throws StoreError when the last attempt has failed
   */
  get(): Promise<PostgresSession> {
    const session = this.#session;
    if (session !== undefined && !session.isLost) return Promise.resolve(session);
    if (this.#attempt !== undefined) return this.#attempt;
    if (this.#stopPause !== undefined && this.#outage !== undefined) return Promise.reject(this.#outage);
    return this.#try();
  }

  /**
   * Waits through outages.
   * @param untilMs monotonic time of the machine at which it gives up
   * @throws StoreError of the last attempt, when the time is over or the link is closed
   */
  async getPatiently(untilMs: number): Promise<PostgresSession> {
    for (;;) {
      try {
        return await this.get();
      } catch (error) {
        const leftMs = untilMs - systemClock.monotonic();
        if (this.#closed || leftMs <= 0) throw error;
        await this.#nextAttempt(leftMs);
      }
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stopPause?.();
    this.#wake();
    await this.#attempt?.catch(() => {
      // Nobody needs the session any more.
    });
    await this.#session?.close();
  }

  #try(): Promise<PostgresSession> {
    if (this.#closed) return Promise.reject(new StoreError('closed', 'the store is closed'));
    const attempt = this.#open().finally(() => {
      this.#attempt = undefined;
      this.#wake();
    });
    this.#attempt = attempt;
    attempt.catch(() => {
      // Whoever waits for it gets the error, too; the next attempt is on its way.
    });
    return attempt;
  }

  async #open(): Promise<PostgresSession> {
    let session: PostgresSession | undefined;
    try {
      session = await this.#connect();
      await this.#onUp(session);
      if (session.isLost)
        throw new StoreError('unavailable', 'the connection was lost while it was being set up');
    } catch (error) {
      session?.destroy();
      const outage =
        error instanceof StoreError ? error : new StoreError('unavailable', String(error), { cause: error });
      this.#outage = outage;
      this.#pause();
      throw outage;
    }
    this.#session = session;
    this.#outage = undefined;
    this.#pauseMs = reconnectMsMin;
    session.onLost = () => {
      if (this.#session !== session) return;
      this.#session = undefined;
      if (this.#attempt === undefined && !this.#closed) void this.#try();
    };
    return session;
  }

  #pause(): void {
    if (this.#closed) return;
    const pauseMs = this.#pauseMs;
    this.#pauseMs = Math.min(pauseMs * 2, reconnectMsMax);
    this.#stopPause = systemClock.after(pauseMs, () => {
      this.#stopPause = undefined;
      void this.#try();
    });
  }

  /** Resolves when an attempt has ended, or the time is over. */
  #nextAttempt(leftMs: number): Promise<void> {
    return new Promise((resolve) => {
      const stop = systemClock.after(leftMs, resolve);
      this.#waiting.push(() => {
        stop();
        resolve();
      });
    });
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
