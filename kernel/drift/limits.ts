/** Every bound of drift: unit, default, reason. */

/** Corrections of one target within a window, unless the reporter says otherwise: whoever fights back is not outlasted. */
export const correctionsPerTarget = 3;

/** The window in which the corrections of one target are counted, in milliseconds. */
export const correctionWindowMs = 10 * 60_000;

/** Corrections of all targets of one reporter within a minute, unless it says otherwise: a mistake must not run wild. */
export const correctionsPerMinute = 30;

/** Differences that are listed; the others are counted. */
export const differencesMax = 50;

/** Characters of a value that is shown. */
export const valueCharsMax = 256;

/** Characters of the path of a difference. */
export const pathCharsMax = 512;

/** Characters of a message in a condition. */
export const messageCharsMax = 1_024;

/** How often `lastSeen` of a drift that stays as it is moves on, in milliseconds: it must not write at every look. */
export const lastSeenMs = 10 * 60_000;

/** How long a drift is shown after it is gone, in milliseconds; longer while its corrections still count. */
export const resolvedMs = 10 * 60_000;

/** How often a report is judged anew when the Drift moved meanwhile. */
export const attemptsMax = 5;
