/**
 * Logs of runs among several processes. What a program prints is kept by the process that ran it, on its own disk; whoever
 * is asked for the log of a run asks all that carry out runs, and tells what they have as one.
 *
 *   GET /peer/run-logs/UID               the steps that have a log there: a JSON object per line, `step` and `isLive`
 *   GET /peer/run-logs/UID/STEP?offset=N what is in it, until the attempt under way ends: `offset`, `nextOffset`, `record`;
 *                                        with `now=true` up to now
 */
import { once } from 'node:events';
import type { PathRoute } from '../api/cluster-api.ts';
import type { Exchange } from '../api/respond.ts';
import { isObject } from '../model/json.ts';
import { badRequest, methodNotAllowed, unavailable, unknownPath } from '../model/status-error.ts';
import type { PeerClient } from '../ports/peer-client.ts';
import type { RunLogSource } from '../run/exec-port.ts';

/** Paths at which processes ask each other; only administrators may. */
export const peerPrefix = '/peer';
const logsPrefix = `${peerPrefix}/run-logs`;

/** A process that may have logs. */
export interface LogPeer {
  readonly id: string;
  readonly url: string;
}

/** The logs of this process and of its peers. The `place` of a step's log is the id of the peer, or absent here. */
export class PeerLogs implements RunLogSource {
  readonly #local: RunLogSource;
  readonly #peers: () => readonly LogPeer[];
  readonly #client: Pick<PeerClient, 'lines'>;

  constructor(local: RunLogSource, peers: () => readonly LogPeer[], client: Pick<PeerClient, 'lines'>) {
    this.#local = local;
    this.#peers = peers;
    this.#client = client;
  }

  /** @throws StatusError 503 when a process that lives does not answer: it may have what was asked for */
  async list(runUid: string): ReturnType<RunLogSource['list']> {
    const all = await Promise.all([
      this.#local.list(runUid),
      ...this.#peers().map((peer) => this.#listOf(peer, runUid)),
    ]);
    return all.flat();
  }

  follow(runUid: string, step: string, options: Parameters<RunLogSource['follow']>[2]): LogEntries {
    const { place } = options;
    if (place === undefined) return this.#local.follow(runUid, step, options);
    return this.#followAt(place, runUid, step, options);
  }

  async #listOf(peer: LogPeer, runUid: string): Promise<{ step: string; isLive: boolean; place: string }[]> {
    const path = `${logsPrefix}/${encodeURIComponent(runUid)}`;
    const found: { step: string; isLive: boolean; place: string }[] = [];
    try {
      for await (const line of this.#client.lines(peer.url, path, new AbortController().signal)) {
        const { step, isLive } = objectOf(line);
        if (typeof step === 'string') found.push({ step, isLive: isLive === true, place: peer.id });
      }
    } catch (error) {
      throw unavailable(
        `the log may be kept by the process ${peer.id}, which does not tell; try again`,
        error,
      );
    }
    return found;
  }

  async *#followAt(
    place: string,
    runUid: string,
    step: string,
    { offset, signal, untilNow }: Parameters<RunLogSource['follow']>[2],
  ): LogEntries {
    const peer = this.#peers().find(({ id }) => id === place);
    if (!peer || signal.aborted) return;
    const path = `${logsPrefix}/${encodeURIComponent(runUid)}/${encodeURIComponent(step)}?offset=${offset}${untilNow === true ? '&now=true' : ''}`;
    try {
      for await (const line of this.#client.lines(peer.url, path, signal)) yield entryOf(line);
    } catch (error) {
      if (signal.aborted) return;
      throw unavailable(`the log of step ${step} is kept by the process ${place}, which broke off`, error);
    }
  }
}

type LogEntries = ReturnType<RunLogSource['follow']>;

function objectOf(line: string): Record<string, unknown> {
  const value: unknown = JSON.parse(line);
  return isObject(value) ? value : {};
}

function entryOf(line: string): { offset: number; nextOffset: number; record: object } {
  const { offset, nextOffset, record } = objectOf(line);
  if (typeof offset === 'number' && typeof nextOffset === 'number' && isObject(record)) {
    return { offset, nextOffset, record };
  }
  throw new Error(`a peer sent what is no entry of a log: ${line.slice(0, 200)}`);
}

/** Answers peers with the logs of this process. */
export function peerLogRoute(local: RunLogSource): PathRoute {
  return {
    prefix: logsPrefix,
    async handle(exchange, { path, query }) {
      if (exchange.request.method !== 'GET') throw methodNotAllowed();
      const [runUid, step, more] = path
        .slice(logsPrefix.length + 1)
        .split('/')
        .map((part) => decodeURIComponent(part));
      if (runUid === undefined || runUid === '' || more !== undefined) throw unknownPath();
      if (step === undefined) {
        const logs = await local.list(runUid);
        await answerLines(
          exchange,
          logs.map(({ step: name, isLive }) => ({ step: name, isLive })),
        );
        return;
      }
      const offset = Number(query.get('offset') ?? 0);
      if (!Number.isSafeInteger(offset) || offset < 0) throw badRequest('offset: must be a place in the log');
      const gone = new AbortController();
      exchange.response.once('close', () => gone.abort());
      const untilNow = query.get('now') === 'true';
      await answerLines(exchange, local.follow(runUid, step, { offset, signal: gone.signal, untilNow }));
    },
  };
}

async function answerLines(
  exchange: Exchange,
  values: Iterable<object> | AsyncIterable<object>,
): Promise<void> {
  const { response } = exchange;
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  response.writeHead(200, exchange.headers('application/jsonl'));
  response.flushHeaders();
  try {
    for await (const value of values) {
      if (response.destroyed) return;
      if (!response.write(`${JSON.stringify(value)}\n`))
        await once(response, 'drain', { signal: gone.signal });
    }
    response.end();
  } catch (error) {
    // An answer that has begun can only be cut off, so that the peer knows that it is not whole.
    response.destroy();
    if (!gone.signal.aborted) throw error;
  }
}
