/** Every bound of plans: unit, default, reason. */

/** Objects in one plan: a whole repository of manifests. 10,000 take about five seconds to evaluate. */
export const planObjectsMax = 20_000;

/** Bytes of the body that makes a plan: 10,000 objects of 3 kB. */
export const planBodyBytesMax = 32 * 1024 * 1024;

/** Characters of field values that a plan shows altogether; beyond it fields are counted. Destructive changes go first. */
export const shownCharsMax = 512 * 1024;

/** Characters of one value that a plan shows. */
export const valueCharsMax = 2_048;

/** Fields of one object that a plan shows. */
export const fieldsPerObjectMax = 200;

/** Dependants that a plan lists. */
export const dependantsMax = 500;

/** Lines of one section. */
export const sectionLinesMax = 200;

/** How long the making of one section may take, in milliseconds: it may run a program such as terraform. */
export const sectionMsMax = 60_000;

/** How long work goes on before other requests get their turn, in milliseconds. */
export const turnMs = 8;

/** How often an evaluation starts again because the world moved during it; the last time it gives no turn to others. */
export const evaluationsMax = 4;

/** How long a plan may be applied that a ChangePolicy without a planTTL matches, in milliseconds. */
export const planTtlMsDefault = 24 * 3_600_000;

/** How long a plan may be applied that no ChangePolicy matches, in milliseconds. */
export const planTtlMsFree = 7 * 24 * 3_600_000;

/** How often a plan whose commit lost a race is evaluated again before it is refused. */
export const applyAttemptsMax = 5;

/** What of a world that has moved is listed one by one in a refusal. */
export const movesListed = 50;

/** Plans evaluated at once, and those that wait before they are refused: one of 10,000 objects takes about 100 MB. */
export const evaluationsAtOnce = 2;
export const evaluationsWaitingMax = 200;

/** How long a plan is kept after it was applied, has expired or has failed, in milliseconds; the audit log keeps it all. */
export const planKeptMs = 30 * 24 * 3_600_000;

/** How long the controller of plans waits at most before it looks again, in milliseconds; timers hold 24 days. */
export const lookAgainMsMax = 12 * 3_600_000;

/** Seconds that the run `plan.apply` waits until each object that the plan wrote is ready, unless its input says otherwise. */
export const readyWaitSeconds = 600;
/** Objects that the run `plan.apply` waits for; those beyond are written like the others. A run has 1,000 operations. */
export const readyWaitsMax = 500;

/** Verdicts of admission policies that a plan shows of one object. */
export const verdictsShownMax = 50;
