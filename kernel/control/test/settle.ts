import { setTimeout } from 'node:timers/promises';
import type { ControlPlane } from '../control-plane.ts';
import { breathe, type VirtualClock } from './virtual-clock.ts';

/** Turns of the event loop for which work in memory may keep a controller busy; beyond them it must be input or output. */
const busyTurnsMax = 500;
/** Real milliseconds that input and output may take before work counts as hanging. */
const busyMsMax = 30_000;
/** Timers after which work that causes itself counts as endless. */
const timersMax = 1_000_000;

export interface SettleOptions {
  /** How many virtual milliseconds may pass: longer than the longest back-off that has to be sat through. */
  readonly horizonMs?: number;
  /** Ends the wait early: the process that works is dead. */
  readonly until?: () => boolean;
}

/**
 * Lets virtual time pass until all work is done: nothing waits, nothing runs, and no timer is due within the horizon
 * (periodic work does not end, so the horizon does). While files or processes are waited for, virtual time stands still.
 * @throws Error when work does not end
 */
export async function settle(
  plane: ControlPlane,
  clock: VirtualClock,
  options: SettleOptions = {},
): Promise<void> {
  const { horizonMs = 60_000, until = () => false } = options;
  const endMs = clock.monotonic() + horizonMs;
  let busyTurns = 0;
  for (let timers = 0; timers < timersMax; ) {
    await breathe();
    if (until()) return;
    if (plane.busy() && clock.untilNext() !== 0) {
      busyTurns++;
      if (busyTurns > busyTurnsMax) await setTimeout(1);
      if (busyTurns > busyTurnsMax + busyMsMax) throw new Error('work hangs: a reconcile does not end');
      continue;
    }
    busyTurns = 0;
    timers++;
    if (!clock.step(endMs - clock.monotonic())) return;
  }
  throw new Error(`work does not end: ${timersMax} timers fired within ${horizonMs} virtual milliseconds`);
}
