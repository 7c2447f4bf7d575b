import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Clock } from './clock.ts';
import { nodeProcesses } from './node-processes.ts';
import type { HostNews, HostRequest } from './process-host-protocol.ts';
import { checkRequest } from './process-refusal.ts';
import { processEntry } from './process-table.ts';
import {
  isStop,
  ProcessError,
  type ProcessExit,
  type Processes,
  type ProcessRecord,
  type ProcessRequest,
  type Starter,
} from './processes.ts';
import type { Random } from './random.ts';

const hostPath = fileURLToPath(new URL('./process-host.ts', import.meta.url));

/** Programs that another process starts; `close` lets that one go, and programs that were left go on. */
export interface HostedProcesses extends Processes {
  close(): void;
}

/**
 * Programs of the machine, started by a small process of their own. The operating system copies the page tables of whoever starts a
 * program, and nothing else goes on there meanwhile: 10 ms and more for a process of 200 MB, on the thread that answers the API.
 * The small process is started with the first program, and ends with this one, or with `close`.
 */
export function hostedProcesses(clock: Clock, random: Random): HostedProcesses {
  const own = nodeProcesses(clock, random);
  const host = new ProcessHost(own);
  return {
    run: async (request) => await host.run(request),
    reap: async (record, graceMs) => await own.reap(host.withoutOwn(record), graceMs),
    lives: async (record) => await own.lives(host.withoutOwn(record)),
    close: () => host.close(),
  };
}

class ProcessHost {
  readonly #own: Processes;
  readonly #running = new Map<number, HostedProcess>();
  #host: ChildProcess | undefined;
  #lastId = 0;

  /** @param own what ends programs */
  constructor(own: Processes) {
    this.#own = own;
  }

  async run(request: ProcessRequest): Promise<ProcessExit> {
    checkRequest(request);
    if (request.signal?.aborted) return await this.#own.run(request);
    const id = ++this.#lastId;
    const host = this.#started();
    const running = new HostedProcess(id, request, {
      starter: starterOf(host),
      send: (message) => this.#send(host, message),
    });
    this.#running.set(id, running);
    host.channel?.ref();
    try {
      return await running.end();
    } finally {
      this.#running.delete(id);
      if (this.#running.size === 0) host.channel?.unref();
    }
  }

  /** A record whose starter may be ended: the one that works here starts others. */
  withoutOwn({ starter, ...record }: ProcessRecord): ProcessRecord {
    return starter === undefined || starter.pid === this.#host?.pid ? record : { ...record, starter };
  }

  close(): void {
    this.#host?.disconnect();
    this.#host = undefined;
  }

  #started(): ChildProcess {
    if (this.#host) return this.#host;
    // A session of its own: what is typed at a terminal is for this process.
    const host = fork(hostPath, {
      serialization: 'advanced',
      detached: true,
      stdio: ['ignore', 2, 2, 'ipc'],
    });
    host.on('message', (news: HostNews) => this.#running.get(news.id)?.take(news));
    host.on('error', () => undefined); // It has no channel any more, and `exit` tells the rest.
    host.once('exit', (code, signal) => this.#lost(host, String(signal ?? code)));
    host.unref();
    host.channel?.unref();
    this.#host = host;
    return host;
  }

  #send(host: ChildProcess, message: HostRequest): void {
    // When it is gone, `exit` tells.
    if (host.connected) host.send(message, () => undefined);
  }

  #lost(host: ChildProcess, why: string): void {
    if (this.#host === host) this.#host = undefined;
    for (const running of this.#running.values()) void running.lose(why, this.#own);
  }
}

/** A program that the small process runs. */
class HostedProcess {
  readonly #id: number;
  readonly #request: ProcessRequest;
  readonly #starter: Starter | undefined;
  readonly #send: (message: HostRequest) => void;
  readonly #end = Promise.withResolvers<ProcessExit>();
  readonly #failures: unknown[] = [];
  #record: ProcessRecord | undefined;

  constructor(
    id: number,
    request: ProcessRequest,
    {
      starter,
      send,
    }: { readonly starter: Starter | undefined; readonly send: (message: HostRequest) => void },
  ) {
    this.#id = id;
    this.#request = request;
    this.#starter = starter;
    this.#send = send;
  }

  async end(): Promise<ProcessExit> {
    const { signal, onOutput: _onOutput, onRecord: _onRecord, ...request } = this.#request;
    const abort = (): void => this.#send({ type: 'abort', id: this.#id, isStop: isStop(signal?.reason) });
    this.#send({ type: 'run', id: this.#id, request });
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted) abort();
    try {
      return await this.#end.promise;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  take(news: HostNews): void {
    switch (news.type) {
      case 'record':
        void this.#keep(news);
        break;
      case 'output':
        void this.#called(news.call, () =>
          this.#request.onOutput?.(
            news.stream,
            Buffer.from(news.bytes.buffer, news.bytes.byteOffset, news.bytes.length),
          ),
        );
        break;
      case 'exit':
        this.#end.resolve(news.exit);
        break;
      case 'failed':
        this.#end.reject(this.#failures[0] ?? failureOf(news));
    }
  }

  async #keep({ call, record }: Extract<HostNews, { type: 'record' }>): Promise<void> {
    const kept = { ...record, ...(this.#starter ? { starter: this.#starter } : {}) };
    this.#record = kept;
    await this.#called(call, () => this.#request.onRecord?.(kept));
  }

  /** The small process is gone: nobody hears of the program any more, so it is ended. */
  async lose(why: string, processes: Processes): Promise<void> {
    const { graceMs } = this.#request;
    try {
      if (this.#record) await processes.reap(this.#record, graceMs);
    } finally {
      this.#end.reject(new Error(`the process that starts programs ended with ${why}`));
    }
  }

  async #called(call: number, work: () => void | Promise<void>): Promise<void> {
    let hasFailed = false;
    try {
      await work();
    } catch (error) {
      hasFailed = true;
      this.#failures.push(error);
    }
    this.#send({ type: 'called', call, hasFailed });
  }
}

function starterOf({ pid }: ChildProcess): Starter | undefined {
  const startTicks = pid === undefined ? undefined : processEntry(pid)?.startTicks;
  return pid === undefined || startTicks === undefined ? undefined : { pid, startTicks };
}

function failureOf({ message, refusal }: Extract<HostNews, { type: 'failed' }>): Error {
  return refusal ? new ProcessError(refusal.code, message, refusal.hint) : new Error(message);
}
