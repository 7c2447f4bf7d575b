/** Evaluations that are left out: file, line and reason. One that passes fails the test, so that the list stays honest. */
export const skips: ReadonlyMap<string, string> = new Map<string, string>();
