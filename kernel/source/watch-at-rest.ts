import type { Clock } from '../ports/clock.ts';
import type { Directories } from './source.ts';

/** Milliseconds without a change in a directory before it is read: editors write a file in several goes. */
const quietMs = 250;
/** Milliseconds after which a directory that never rests is read all the same. */
const restlessMs = 2_000;

/**
 * Watches a directory, and calls `changed` when it is at rest after a change: a file that is half written may be valid, and
 * lack what follows. Returns what ends it.
 */
export function watchAtRest(
  directories: Directories,
  path: string,
  clock: Clock,
  changed: () => void,
): () => void {
  let cancelQuiet: (() => void) | undefined;
  let sinceMs: number | undefined;
  const cancel = (): void => {
    cancelQuiet?.();
    cancelQuiet = undefined;
    sinceMs = undefined;
  };
  const stop = directories.watch(path, () => {
    const nowMs = clock.monotonic();
    sinceMs ??= nowMs;
    cancelQuiet?.();
    const latestMs = sinceMs + restlessMs - nowMs;
    cancelQuiet = clock.after(Math.max(0, Math.min(quietMs, latestMs)), () => {
      cancel();
      changed();
    });
  });
  return () => {
    cancel();
    stop();
  };
}
