import { tooManyRequests } from '../model/status-error.ts';

/**
 * Lets a bounded number through at once; the others wait in line, one line for each user taken in turn, so that one
 * user's many requests do not hold up another's few.
 */
export class Gate {
  readonly #at: number;
  readonly #waitingMax: number;
  readonly #refusal: string;
  readonly #lines = new Map<string, (() => void)[]>();
  #open = 0;
  #waiting = 0;

  /**
   * @param atOnce how many pass at once
   * @param waitingMax how many may wait before they are refused
   * @param refusal what those are told
   */
  constructor(
    atOnce: number,
    waitingMax: number,
    refusal = 'too many long lists are waiting; list with a limit, or try again later',
  ) {
    this.#at = atOnce;
    this.#waitingMax = waitingMax;
    this.#refusal = refusal;
  }

  get waiting(): number {
    return this.#waiting;
  }

  /**
   * Runs `work` when its turn comes.
   * @throws StatusError 429 when too many wait already
   */
  async pass<T>(user: string, work: () => Promise<T>): Promise<T> {
    if (this.#open >= this.#at) await this.#turn(user);
    this.#open++;
    try {
      return await work();
    } finally {
      this.#open--;
      this.#next();
    }
  }

  #turn(user: string): Promise<void> {
    if (this.#waiting >= this.#waitingMax) {
      throw tooManyRequests(this.#refusal, 1);
    }
    this.#waiting++;
    return new Promise((resolve) => {
      const line = this.#lines.get(user) ?? [];
      line.push(resolve);
      this.#lines.set(user, line);
    });
  }

  #next(): void {
    if (this.#open >= this.#at) return;
    const first = this.#lines.entries().next();
    if (first.done) return;
    const [user, line] = first.value;
    const resolve = line.shift();
    // The user goes to the end, so that the next turn is another's.
    this.#lines.delete(user);
    if (line.length > 0) this.#lines.set(user, line);
    this.#waiting--;
    resolve?.();
  }
}
