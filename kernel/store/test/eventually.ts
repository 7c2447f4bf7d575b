import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits for a state.
 * @throws Error naming `what` when it has not come within the bound
 */
export async function eventually(
  what: string,
  check: () => boolean | Promise<boolean>,
  boundMs = 15_000,
): Promise<void> {
  const end = performance.now() + boundMs;
  while (!(await check())) {
    if (performance.now() > end) throw new Error(`after ${boundMs} ms still not so: ${what}`);
    await delay(5);
  }
}
