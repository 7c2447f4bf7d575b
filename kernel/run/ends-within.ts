import type { Clock } from '../ports/clock.ts';

/** Whether work ends within so many milliseconds. */
export async function endsWithin(clock: Clock, graceMs: number, work: Promise<unknown>): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const cancel = clock.after(graceMs, () => late.resolve(false));
  const ended = await Promise.race([work.then(() => true), late.promise]);
  cancel();
  return ended;
}
