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
/** Days that a waiver may last from when it was made: what was accepted is looked at again each year. */
export const waiverDaysMax = 366;
/** Policies whose compiled checks are kept in memory; each takes some 100 kB. */
export const compiledPoliciesMax = 200;
/** Findings that are told of a plan, of all policies together; all are counted. */
export const policyFindingsMax = 1_000;
