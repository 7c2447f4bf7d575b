import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';

/**
 * Lets the other threads of the process go first where there are fewer processors than work. Only Linux gives a thread a
 * priority of its own; elsewhere nothing changes.
 * @param nice - 0 to 19; at 5 a thread gets a third of what one that does not give way gets
 */
export function giveWay(nice: number): void {
  if (process.platform !== 'linux') return;
  try {
    // The thread that reads the link is the one that it names: `<process>/task/<thread>`.
    const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    if (Number.isInteger(thread)) setPriority(thread, nice);
  } catch {
    // Without /proc, or without the right, it stays as it is.
  }
}
