import { setTimeout as pause } from 'node:timers/promises';

const askEveryMs = 5;

/**
 * Asks again and again until there is an answer.
 *
 * @param limitMs how long it may take
 * @param what names the state in the error
 * @param ask returns undefined while the state is not there
 * @param everyMs pause between two questions; longer for one that is costly to answer
 * @throws Error when the state does not come in time
 */
export async function within<T>(
  limitMs: number,
  what: string,
  ask: () => T | undefined | Promise<T | undefined>,
  everyMs = askEveryMs,
): Promise<T> {
  const end = performance.now() + limitMs;
  for (;;) {
    const found = await ask();
    if (found !== undefined) return found;
    if (performance.now() > end) throw new Error(`waited ${limitMs} ms for ${what}`);
    await pause(everyMs);
  }
}
