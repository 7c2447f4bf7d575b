import type { Append, KeyOperation, StoreBound, StoredObject, StoreOperation } from './port.ts';

/** A commit on its way: waiting for its keys, staged, or being written. */
export class CommitRequest {
  readonly operations: readonly KeyOperation[];
  readonly bounds: readonly StoreBound[];
  readonly appends: readonly Append[];
  readonly resolve: (objects: StoredObject[]) => void;
  readonly reject: (error: unknown) => void;
  /** Number of its keys where another request is ahead. */
  blockers = 0;

  constructor(
    operations: readonly StoreOperation[],
    appends: readonly Append[],
    resolve: (objects: StoredObject[]) => void,
    reject: (error: unknown) => void,
  ) {
    this.bounds = operations.filter((operation) => operation.type === 'bound');
    this.operations = operations.filter((operation) => operation.type !== 'bound');
    this.appends = appends;
    this.resolve = resolve;
    this.reject = reject;
  }

  /** What it counts for in limits and statistics. */
  get size(): number {
    return this.operations.length + this.appends.length;
  }

  changes(key: string): boolean {
    return this.operations.some((operation) => operation.type !== 'check' && operation.key === key);
  }
}

/**
 * Who may work on which key: first come, first served, per key. A request enters all its queues at once and runs when
 * it heads every one of them, so two requests can never wait for each other.
 *
 * A change holds its key until it is settled; a check only until it is evaluated, because what is staged after it
 * commits after it. Otherwise the checks of a namespace would let one create in it through per sync.
 */
export class KeyQueues {
  readonly #queues = new Map<string, CommitRequest[]>();

  /** @returns whether the request may be evaluated now; otherwise a later `leave` returns it. */
  enter(request: CommitRequest): boolean {
    if (!request.operations.some((operation) => this.#queues.has(operation.key))) {
      for (const { type, key } of request.operations) if (type !== 'check') this.#queues.set(key, [request]);
      return true;
    }
    for (const { key } of request.operations) {
      const queue = this.#queues.get(key);
      if (queue === undefined) {
        this.#queues.set(key, [request]);
      } else if (queue.at(-1) !== request) {
        queue.push(request);
        request.blockers++;
      }
    }
    return request.blockers === 0;
  }

  /** The request is evaluated and staged: keys that it only checked are free. */
  leaveChecks(request: CommitRequest): CommitRequest[] {
    const ready: CommitRequest[] = [];
    for (const { type, key } of request.operations) {
      if (type === 'check' && !request.changes(key)) this.#leave(key, request, ready);
    }
    return ready;
  }

  /** The request is settled or refused: all its keys are free. @returns requests that may be evaluated now. */
  leave(request: CommitRequest): CommitRequest[] {
    const ready: CommitRequest[] = [];
    for (const { key } of request.operations) this.#leave(key, request, ready);
    return ready;
  }

  /** Empties all queues and returns every request that stood in one. */
  drain(): Set<CommitRequest> {
    const requests = new Set<CommitRequest>();
    for (const queue of this.#queues.values()) for (const request of queue) requests.add(request);
    this.#queues.clear();
    return requests;
  }

  #leave(key: string, request: CommitRequest, ready: CommitRequest[]): void {
    const queue = this.#queues.get(key);
    if (queue?.[0] !== request) return;
    if (queue.length === 1) {
      this.#queues.delete(key);
      return;
    }
    queue.shift();
    const next = queue[0];
    if (next !== undefined && --next.blockers === 0) ready.push(next);
  }
}
