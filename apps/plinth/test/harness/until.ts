import { setTimeout as pause } from 'node:timers/promises';

/** How long a test waits for a state before it fails; ample for a loaded machine. */
const waitMsMax = 20_000;
const askEveryMs = 10;

/**
 * Asks again and again until there is an answer.
 *
 * @param what names the state in the error
 * @param ask returns undefined while the state is not there
 * @throws Error when the state does not come within the bound
 */
export async function until<T>(what: string, ask: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const end = performance.now() + waitMsMax;
  for (;;) {
    const found = await ask();
    if (found !== undefined) return found;
    if (performance.now() > end) throw new Error(`waited ${waitMsMax} ms for ${what}`);
    await pause(askEveryMs);
  }
}
