import { tooManyRequests } from '../model/status-error.ts';
import type { Clock } from '../ports/clock.ts';
import {
  activeMs,
  aloneWritesMax,
  readsMax,
  tenantSeatsShare,
  tenantWaitingMax,
  tenantWritesMin,
  turnMs,
  turnWritesMax,
  writesMax,
} from './limits.ts';

/** Something that is done when its turn comes. */
interface Turn {
  readonly isWrite: boolean;
  readonly run: () => void;
  state: 'waiting' | 'begun' | 'left';
}

/** What one tenant has waiting and under way. */
interface Line {
  readonly name: string;
  readonly waiting: Turn[];
  /** Requests under way, those that wait among them. */
  reads: number;
  writes: number;
  /** Writes that have had their turn and are not answered. */
  begun: number;
  /** Monotonic time of its last request, in milliseconds. */
  askedAtMs: number;
}

/**
 * Whose request is next. Requests under way take seats; writes have seats of their own, so that no number of reads keeps
 * them out. While there is one tenant only, a request goes on at once or is refused.
 *
 * With several, requests compete for the event loop and for the group that is committed next. So only so much work is
 * begun in one turn of the loop, and only so many writes of one tenant are begun and not answered; what comes beyond that
 * waits in the line of its tenant. Lines are served one request at a time in rotation: a tenant with few requests waits
 * for one request of each other at most, however long their lines are, and its commit shares a small group. A tenant
 * whose line is full, or that holds its share of the seats, is refused and no other is.
 */
export class RequestTurns {
  readonly #clock: Clock;
  readonly #lines = new Map<string, Line>();
  /** Lines that are not empty, in the order of their turns. */
  readonly #turns: Line[] = [];
  #reads = 0;
  #writes = 0;
  /** Milliseconds of work begun in this turn of the event loop. */
  #spentMs = 0;
  #scheduled = false;
  /** How many tenants there are at all. */
  tenants = 1;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Requests that wait. */
  get waiting(): number {
    return this.#turns.reduce(
      (sum, line) => sum + line.waiting.filter(({ state }) => state === 'waiting').length,
      0,
    );
  }

  /**
   * Does something when its turn comes, at once if possible.
   * @param run begins the work, and must not throw
   * @returns what is to be called when the request is answered or its client is gone: it then holds no seat any more
   * @throws StatusError 429 when there is no room to wait in
   */
  take(tenant: string, isWrite: boolean, run: () => void): () => void {
    if (isWrite ? this.#writes >= writesMax : this.#reads >= readsMax) {
      throw tooManyRequests('too many requests are under way; try again later', 1);
    }
    const line = this.#line(tenant);
    const turn: Turn = { isWrite, run, state: 'waiting' };
    if (this.tenants <= 1) {
      this.#enter(line, isWrite);
      this.#begin(line, turn);
      return () => this.#leave(line, turn);
    }
    if (line.waiting.length >= tenantWaitingMax || hasItsShare(line, isWrite)) {
      throw tooManyRequests(`too many requests of tenant ${tenant} are under way; try again later`, 1);
    }
    line.askedAtMs = this.#clock.monotonic();
    this.#enter(line, isWrite);
    if (this.#turns.length === 0 && this.#spentMs < turnMs && this.#mayBegin(line, turn)) {
      this.#begin(line, turn);
    } else {
      if (line.waiting.length === 0) this.#turns.push(line);
      line.waiting.push(turn);
    }
    this.#schedule();
    return () => this.#leave(line, turn);
  }

  #leave(line: Line, turn: Turn): void {
    if (turn.state === 'left') return;
    const hadBegun = turn.state === 'begun';
    turn.state = 'left';
    if (turn.isWrite) {
      this.#writes--;
      line.writes--;
      if (hadBegun) line.begun--;
      if (line.waiting.length > 0) this.#schedule();
    } else {
      this.#reads--;
      line.reads--;
    }
  }

  #line(tenant: string): Line {
    let line = this.#lines.get(tenant);
    if (!line) {
      line = { name: tenant, waiting: [], reads: 0, writes: 0, begun: 0, askedAtMs: this.#clock.monotonic() };
      this.#lines.set(tenant, line);
    }
    return line;
  }

  #enter(line: Line, isWrite: boolean): void {
    if (isWrite) {
      this.#writes++;
      line.writes++;
    } else {
      this.#reads++;
      line.reads++;
    }
  }

  /** Few writes of a tenant are under way at once while others ask for something, too. */
  #mayBegin(line: Line, { isWrite }: Turn): boolean {
    if (!isWrite || line.begun < tenantWritesMin) return true;
    const active = this.#active();
    return line.begun < (active === 1 ? aloneWritesMax : turnWritesMax / active);
  }

  /** Tenants that have asked for something lately; who has not is forgotten. */
  #active(): number {
    const since = this.#clock.monotonic() - activeMs;
    for (const line of this.#lines.values()) {
      if (line.askedAtMs < since && line.reads + line.writes === 0) this.#lines.delete(line.name);
    }
    return Math.max(1, this.#lines.size);
  }

  #begin(line: Line, turn: Turn): void {
    if (turn.state === 'left') return;
    const beganMs = this.#clock.monotonic();
    turn.state = 'begun';
    if (turn.isWrite) line.begun++;
    turn.run();
    this.#spentMs += this.#clock.monotonic() - beganMs;
  }

  /** The next turn of the event loop has a budget of its own. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#spentMs = 0;
      this.#serve();
    });
  }

  /** Serves the lines in rotation for as long as the turn of the event loop may take. */
  #serve(): void {
    for (let held = 0; held < this.#turns.length; ) {
      if (this.#spentMs >= turnMs) {
        this.#schedule();
        return;
      }
      const line = this.#turns.shift();
      const [next] = line?.waiting ?? [];
      if (!line || !next) continue;
      if (next.state !== 'left' && !this.#mayBegin(line, next)) {
        // It goes on when one of its writes is answered.
        this.#turns.push(line);
        held++;
        continue;
      }
      held = 0;
      line.waiting.shift();
      // Behind the others, whatever its length.
      if (line.waiting.length > 0) this.#turns.push(line);
      this.#begin(line, next);
    }
  }
}

function hasItsShare({ reads, writes }: Line, isWrite: boolean): boolean {
  return isWrite ? writes >= writesMax * tenantSeatsShare : reads >= readsMax * tenantSeatsShare;
}
