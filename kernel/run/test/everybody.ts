import type { StartRight } from '../start-right.ts';

/** Everybody may start every definition; for tests that are about something else. */
export const everybody: StartRight = { authorize: () => ({ allowed: true, reason: '' }) };
