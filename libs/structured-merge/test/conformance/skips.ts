/** Vectors that are not passed, by `file/name`, with the reason. A vector here that passes fails the run. */
export const skips: ReadonlyMap<string, string> = new Map();
