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
  /** Go on until the run has ended. */
  readonly follow: boolean;
}

/**
 * What the programs of a run printed, one JSON object per line: `step`, `offset`, `nextOffset` and the record. Without
 * a step, the steps come one after the other in the order in which their logs are found.
 */
export async function* runLogLines(
  parts: RunLogParts,
  { step, offset, follow }: RunLogRequest,
  signal: AbortSignal,
): AsyncGenerator<string, void> {
  const uid = parts.read()?.metadata.uid;
  if (uid === undefined) return;
  /** Where each step's log has been read to. */
  const places = new Map<string, number>(step === undefined ? [] : [[step, offset]]);
  while (!signal.aborted) {
    const changed = nextChange(parts, signal);
    const isOver = isEnded(parts, uid);
    let isNew = false;
    for (const { step: name, isLive } of await parts.source.list(uid)) {
      if (step !== undefined && name !== step) continue;
      const from = places.get(name) ?? 0;
      const options = { offset: from, signal: isLive && !follow ? AbortSignal.abort() : signal };
      for await (const entry of parts.source.follow(uid, name, options)) {
        isNew = true;
        places.set(name, entry.nextOffset);
        yield `${JSON.stringify({ step: name, offset: entry.offset, nextOffset: entry.nextOffset, ...entry.record })}\n`;
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
