/** Bytes that a state may have: three times what the largest known workspaces have, and it is all held in memory. */
export const stateBytesMax = 32 * 1024 * 1024;
/** Bytes of what a client says about its lock; Terraform sends about 300. */
export const lockBytesMax = 16 * 1024;
/** Characters that are kept of each text of it. */
export const lockTextMax = 1_024;
/** Bytes of an entry that a state is kept in, so that no commit of others waits long behind one. */
export const chunkBytes = 512 * 1024;
/** Versions that the status of a state tells of; the log has all of them. */
export const historyMax = 10;
/**
 * How much further than the newest version the serial of the next one may be. It is one further; Terraform counts once more
 * for each write that failed before, and when it pushes a file that it wrote itself (errored.tfstate).
 */
export const serialStepMax = 10;
/** Versions that one answer lists. */
export const listedVersionsMax = 500;
/** How often a change of a state is tried again when others change it at the same time. */
export const racesMax = 20;
/** How long a rollback waits before it looks again at a state that is locked, in milliseconds. */
export const lockedRetryMs = 5_000;
/** Files of the source of a stack, directories below each other, bytes of one, and of all: far above what repositories of infrastructure have. */
export const sourceFilesMax = 5_000;
export const sourceDepthMax = 24;
export const sourceFileBytesMax = 8 * 1024 * 1024;
export const sourceBytesMax = 32 * 1024 * 1024;
/** Bytes of what a run keeps in one piece, before it is compressed: a source, or a plan as JSON. */
export const bundleBytesMax = 256 * 1024 * 1024;
/** Bytes of a plan as JSON: it is all held in memory. */
export const planBytesMax = 128 * 1024 * 1024;
/** Errors of a program that are kept. */
export const diagnosticsMax = 20;
/** Characters of a message in a status. */
export const messageMax = 1_024;
/** What of a plan is named in a status. */
export const destructiveShownMax = 20;
/** Runs that the status of a stack tells of, and whose plans can be read. */
export const stackHistoryMax = 10;
/** Outputs in a status, and characters of the value of one. */
export const outputsShownMax = 100;
export const outputCharactersMax = 1_024;
/** Milliseconds that git may take for a source. */
export const sourceTimeoutMs = 120_000;
/** Milliseconds that `init` may take: providers are hundreds of megabytes. */
export const initTimeoutMs = 900_000;
/** Milliseconds that reading a plan may take. */
export const showTimeoutMs = 300_000;
/** How often a stack is planned again by itself when the world has moved meanwhile, and after how many milliseconds. */
export const replansMax = 5;
export const replanAfterMs = 5_000;
/** Milliseconds until a stack is looked at again that waits for another one, besides every change of that one. */
export const dependencyMs = 30_000;
/** Stacks that are worked on at the same time: one that waits for git does not keep the others. */
export const stackConcurrency = 4;
/** Bytes of a plan up to which it is read beside everything else: about 10 ms. */
export const planThreadBytes = 256 * 1024;
/** Milliseconds until a run that failed is started anew; doubled each time, up to the second. */
export const failedRetryMs = 60_000;
export const failedRetryMsMax = 3_600_000;
