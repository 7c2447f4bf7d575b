import { type Clock, systemClock } from '@plinth/kernel';

const minuteMs = 60_000;

/** What is done once a minute is done at once, so that a test sees it. */
export const hastyClock: Clock = {
  ...systemClock,
  after: (delayMs, fn) => systemClock.after(delayMs === minuteMs ? 50 : delayMs, fn),
};
