import type { Store } from '../store/port.ts';
import { followBucket } from './bucket-follower.ts';
import type { RunLogSource } from './exec-port.ts';
import { isFinished, type Run } from './run-kind.ts';

/** What the log of a run is read from. */
export interface RunLogParts {
  readonly source: RunLogSource;
  readonly store: Store;
  /** Store key of the run, and the bucket that it lies in, with its closing slash. */
  readonly key: string;
  readonly bucket: string;
  /** The run as it now is; undefined once it is gone. */
  readonly read: () => Run | undefined;
}

/** What a client asks for. */
export interface RunLogRequest {
  /** Only the programs of this step. */
  readonly step: string | undefined;
  /** Of one step: where to begin, as the `nextOffset` of an earlier line. */
  readonly offset: number;
  /** The process that keeps the log in which `offset` is a place, as `process` of an earlier line; absent: this one. */
  readonly process?: string | undefined;
  /** Go on until the run has ended. */
  readonly follow: boolean;
}

/**
 * What the programs of a run printed, one JSON object per line: `step`, `offset`, `nextOffset` and the record; `process`
 * when another process keeps that log. Without a step, the steps come one after the other in the order in which their
 * logs are found.
 */
export async function* runLogLines(
  parts: RunLogParts,
  { step, offset, process, follow }: RunLogRequest,
  signal: AbortSignal,
): AsyncGenerator<string, void> {
  const uid = parts.read()?.metadata.uid;
  if (uid === undefined) return;
  /** Where each step's log has been read to. */
  const places = new Map<string, number>(step === undefined ? [] : [[placeOf(step, process), offset]]);
  while (!signal.aborted) {
    const changed = nextChange(parts, signal);
    const isOver = isEnded(parts, uid);
    let isNew = false;
    for (const { step: name, place } of await parts.source.list(uid)) {
      if (step !== undefined && name !== step) continue;
      const from = places.get(placeOf(name, place)) ?? 0;
      const options = { offset: from, place, signal, untilNow: !follow };
      const by = place === undefined ? {} : { process: place };
      for await (const entry of parts.source.follow(uid, name, options)) {
        isNew = true;
        places.set(placeOf(name, place), entry.nextOffset);
        const { offset: at, nextOffset, record } = entry;
        yield `${JSON.stringify({ step: name, ...by, offset: at, nextOffset, ...record })}\n`;
      }
    }
    if (!follow || (isOver && !isNew)) {
      changed.cancel();
      return;
    }
    if (isNew || isOver) changed.cancel();
    else await changed.promise;
  }
}

/** What a place in a log belongs to: a step, and the process that keeps its log. */
function placeOf(step: string, process: string | undefined): string {
  return process === undefined ? step : `${step}\n${process}`;
}

function isEnded({ read }: RunLogParts, uid: string): boolean {
  const run = read();
  return run === undefined || run.metadata.uid !== uid || isFinished(run);
}

/** Resolves with the next change of the run. */
function nextChange(
  { store, key, bucket }: RunLogParts,
  signal: AbortSignal,
): { promise: Promise<void>; cancel: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = followBucket(store, bucket, {
    changed: ({ object }) => {
      if (object.key === key) done();
    },
    fault: () => done(),
  });
  const done = (): void => {
    stop();
    signal.removeEventListener('abort', done);
    resolve();
  };
  signal.addEventListener('abort', done, { once: true });
  if (signal.aborted) done();
  return { promise, cancel: done };
}
