import { type Client, isFinished, isRun, type ObjectName, type Run, runs } from '@plinth/kernel';

type Reader = Pick<Client, 'get'>;

/**
 * Whose turn it is to be worked on. A run is a program with its providers, often of hundreds of megabytes, so only some go on at
 * once; a run that waits for people, or for its turn, is none of them. The others come in the order in which they asked.
 */
export class StackTurns {
  readonly #atOnce: number;
  /** Runs that were seen at work, by uid; some may have ended since. */
  readonly #working = new Map<string, ObjectName>();
  /** Stacks that have asked, by uid. */
  readonly #waiting = new Map<string, ObjectName>();

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  /** Whether a stack may start a run now. Otherwise it keeps its place, and is named by `next` when it is its turn. */
  mayStart(uid: string, stack: ObjectName, client: Reader): boolean {
    this.#waiting.set(uid, stack);
    return [...this.#waiting.keys()].indexOf(uid) < this.#room(client);
  }

  /** A stack wants nothing, or not any more. */
  leave(uid: string): void {
    this.#waiting.delete(uid);
  }

  /** A run was seen, or has just been started. */
  saw({ metadata: { uid, namespace = '', name } }: Run): void {
    this.#working.set(uid, { namespace, name });
  }

  /** The stacks whose turn it is. */
  next(client: Reader): ObjectName[] {
    return this.#waiting.size === 0 ? [] : [...this.#waiting.values()].slice(0, this.#room(client));
  }

  #room(client: Reader): number {
    for (const [uid, name] of this.#working) {
      const run = client.get(runs, name);
      const isWorking = run?.metadata.uid === uid && isRun(run) && !isFinished(run) && !isWaiting(run);
      if (!isWorking) this.#working.delete(uid);
    }
    return Math.max(this.#atOnce - this.#working.size, 0);
  }
}

/** Whether a run does nothing: it waits for people, or for its turn. */
function isWaiting({ status }: Run): boolean {
  return (status?.waitingFor?.length ?? 0) > 0;
}
