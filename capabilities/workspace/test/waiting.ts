import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';

/** Waits until `is` holds, for 10 s at most; what it looks at changes on its own. */
export async function until(
  what: string,
  is: () => boolean,
  describe: () => string = () => '',
): Promise<void> {
  for (let i = 0; i < 1_000; i++) {
    if (is()) return;
    await setTimeout(10);
  }
  assert.fail(`not within 10 s: ${what} ${describe()}`);
}
