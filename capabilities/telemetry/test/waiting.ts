import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';

/** Waits until `is` holds, for 20 s at most; what it looks at changes on its own. */
export async function until(
  what: string,
  is: () => boolean | Promise<boolean>,
  describe: () => string = () => '',
): Promise<void> {
  for (let i = 0; i < 1_000; i++) {
    if (await is()) return;
    await setTimeout(20);
  }
  assert.fail(`not within 20 s: ${what} ${describe()}`);
}
