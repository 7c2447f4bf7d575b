import type { MessagePort, TransferListItem, Worker } from 'node:worker_threads';
import { Refusal } from '../refusal-error.ts';

/** What a thread can be asked, by name: functions of one value that can be cloned. */
export type Calls = Readonly<Record<string, (parameters: never) => unknown>>;

interface Question {
  readonly id: number;
  readonly name: string;
  readonly parameters: unknown;
}

type Answer =
  | { readonly id: number; readonly value: unknown }
  | {
      readonly id: number;
      readonly error: {
        readonly message: string;
        readonly stack: string | undefined;
        readonly status?: number;
        readonly retryAfterSeconds?: number | undefined;
      };
    };

/** A value to answer with, and what of it is handed over rather than copied. */
export class Handed<T> {
  readonly value: T;
  readonly transfer: readonly TransferListItem[];

  constructor(value: T, transfer: readonly TransferListItem[]) {
    this.value = value;
    this.transfer = transfer;
  }
}

type ValueOf<T> = Awaited<T> extends Handed<infer Value> ? Value : Awaited<T>;

/** Answers what is asked over a port. What a call throws is thrown where it was asked. */
export function answerCalls(port: MessagePort, calls: Calls): void {
  port.on('message', (question: Question) => {
    void answer(calls, question).then(
      (value) => {
        if (value instanceof Handed) {
          const handed: Handed<unknown> = value;
          port.postMessage({ id: question.id, value: handed.value }, [...handed.transfer]);
        } else port.postMessage({ id: question.id, value });
      },
      (error: unknown) => port.postMessage({ id: question.id, error: describe(error) }),
    );
  });
}

async function answer(calls: Calls, { name, parameters }: Question): Promise<unknown> {
  const call = Object.hasOwn(calls, name) ? calls[name] : undefined;
  if (!call) throw new Error(`nobody answers ${name} here`);
  // Both sides are compiled against the same calls.
  return await call(parameters as never);
}

function describe(error: unknown): Extract<Answer, { error: unknown }>['error'] {
  if (!(error instanceof Error)) return { message: String(error), stack: undefined };
  const { stack, cause } = error;
  // A cause does not come along, and who reads the message needs it: that the disk is full, for instance.
  const message = cause instanceof Error ? `${error.message}: ${cause.message}` : error.message;
  if (!(error instanceof Refusal)) return { message, stack };
  const { status, retryAfterSeconds } = error;
  return { message, stack, status, retryAfterSeconds };
}

/** A thread that can be asked. */
export class CallingThread<Asked extends Calls> {
  readonly #worker: Worker;
  readonly #waiting = new Map<
    number,
    { readonly resolve: (value: unknown) => void; readonly reject: (error: Error) => void }
  >();
  #next = 0;
  #ended: Error | undefined;

  /** @param onFault - told when the thread ends though nobody ended it */
  constructor(worker: Worker, onFault: (error: Error) => void) {
    this.#worker = worker;
    worker.on('message', (answered: Answer) => this.#take(answered));
    worker.on('error', (thrown) => {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      this.#end(error);
      onFault(error);
    });
    worker.on('exit', (code) => {
      if (this.#ended) return;
      const error = new Error(`the thread ended with code ${code}`);
      this.#end(error);
      onFault(error);
    });
  }

  /** Whether it is gone, and answers nothing any more. */
  get isEnded(): boolean {
    return this.#ended !== undefined;
  }

  /** How many answers are waited for. */
  get pending(): number {
    return this.#waiting.size;
  }

  /** @param transfer - what is handed over rather than copied. @throws what the call throws; Refusal keeps its status */
  ask<Name extends keyof Asked & string>(
    name: Name,
    parameters: Parameters<Asked[Name]>[0],
    transfer: readonly TransferListItem[] = [],
  ): Promise<ValueOf<ReturnType<Asked[Name]>>> {
    if (this.#ended) return Promise.reject(this.#ended);
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      // The other side answers what its calls say.
      this.#waiting.set(id, {
        resolve: (value) => resolve(value as ValueOf<ReturnType<Asked[Name]>>),
        reject,
      });
      this.#worker.postMessage({ id, name, parameters } satisfies Question, [...transfer]);
    });
  }

  /** Ends the thread; what it was asked is answered no more. */
  async terminate(): Promise<void> {
    this.#end(new Error('the thread was ended'));
    await this.#worker.terminate();
  }

  #take(answered: Answer): void {
    const waiting = this.#waiting.get(answered.id);
    this.#waiting.delete(answered.id);
    if (!waiting) return;
    if ('value' in answered) waiting.resolve(answered.value);
    else waiting.reject(errorOf(answered.error));
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

function errorOf(thrown: Extract<Answer, { error: unknown }>['error']): Error {
  const { message, stack, status, retryAfterSeconds } = thrown;
  const error = status === undefined ? new Error(message) : new Refusal(status, message, retryAfterSeconds);
  if (stack !== undefined) error.stack = stack;
  return error;
}
