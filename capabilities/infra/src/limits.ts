/** Bytes that a state may have: three times what the largest known workspaces have, and it is all held in memory. */
export const stateBytesMax = 32 * 1024 * 1024;
/** Bytes of what a client says about its lock; Terraform sends about 300. */
export const lockBytesMax = 16 * 1024;
/** Bytes of a state up to which it is looked through beside everything else: about 3 ms. */
export const packThreadBytes = 512 * 1024;
/** Milliseconds until the thread that looks through larger ones ends when nothing comes. */
export const packerIdleMs = 30_000;
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
/** Bytes that a program may print about the cost of a plan. */
export const costBytesMax = 32 * 1024 * 1024;
/** Runs of stacks that go on at once, for each core: a program waits for clouds more than it works. Its providers take hundreds of megabytes. */
export const stackRunsPerCore = 2;
/** The fewest that do. */
export const stackRunsMin = 4;
/** Milliseconds until a stack that waits for its turn looks again, besides when it is told. */
export const queuedMs = 5_000;
/** Bytes of a plan up to which it is read beside everything else: about 10 ms. */
export const planThreadBytes = 256 * 1024;
/** Milliseconds until a run that failed is started anew; doubled each time, up to the second. */
export const failedRetryMs = 60_000;
export const failedRetryMsMax = 3_600_000;
/** Bytes of a configuration as `terraform` uploads it, compressed; unpacked it may have 64 MiB. */
export const configurationBytesMax = 32 * 1024 * 1024;
/** Configurations that are kept of a stack, besides the one that counts and those of runs that go on. */
export const configurationsKept = 20;
/** Addresses that `-target` and `-replace` may name, and characters of one. */
export const addressesMax = 100;
export const addressTextMax = 1_024;
/** Bytes of what a client is shown of a log; all of it is in the logs of the run. */
export const transcriptBytesMax = 4 * 1024 * 1024;
/** Logs of runs that are held in memory for who follows them. */
export const transcriptsMax = 16;
/** Bytes that one answer has of a log; Terraform asks for 64 KiB. */
export const logChunkBytesMax = 256 * 1024;
/** Milliseconds until a client is told that a log is over: more than it takes from one of its requests to the next. */
export const lateEndMs = 600;
/** Milliseconds until a client is told that a run has failed whose apply has a log that it has not asked for. */
export const lateRunEndMs = 5_000;
/** Logs and runs of which it is known that they are over. */
export const endsKnownMax = 1_000;
/** Runs that one answer lists. */
export const listedRunsMax = 100;
/** Tags that a workspace may have. */
export const tagsMax = 100;
/** Characters of the key or the value of a tag. */
export const tagTextMax = 256;
/** Characters of the description of a workspace. */
export const descriptionMax = 1_024;
/** Workspaces that one answer lists; Terraform asks for 20 at a time. */
export const listedWorkspacesMax = 100;
/** Bytes of a document that makes or changes a workspace or its tags. */
export const settingsBytesMax = 256 * 1024;
/** Bytes of the announcement of a version, which has all outputs in it. */
export const announcementBytesMax = 8 * 1024 * 1024;
/** How long what was announced may be put where the answer says, in milliseconds; clients do it at once. */
export const uploadMs = 300_000;
/** Seconds between writes that clients make while they work. Terraform takes no less than 20. */
export const snapshotIntervalSeconds = 20;
/** Bytes of the archive of a module, as it is uploaded; 64 MiB when it is unpacked. */
export const archiveBytesMax = 16 * 1024 * 1024;
/** Bytes of what a module says that it asks for and gives: it is an object, and in memory. */
export const interfaceBytesMax = 512 * 1024;
/** How long the files of a module may be read, in milliseconds: the largest known ones take a second. */
export const moduleReadMs = 30_000;
/** How long an archive may be fetched from where a client was sent, in milliseconds; clients do it at once. */
export const downloadMs = 300_000;
/** Bytes of the archive of a provider. It is all held in memory while it comes and goes. */
export const providerBytesMax = 128 * 1024 * 1024;
/** Bytes of its files together; they are looked through piece by piece. */
export const providerUnpackedBytesMax = 1024 * 1024 * 1024;
/** Files in it. */
export const providerFilesMax = 1_000;
/** Bytes of it that are committed at once; whole entries. */
export const providerCommitBytes = 16 * chunkBytes;
/** Days that a waiver may last from when it was made: what was accepted is looked at again each year. */
export const waiverDaysMax = 366;
/** Policies whose compiled checks are kept in memory; each takes some 100 kB. */
export const compiledPoliciesMax = 200;
/** Findings that are told of a plan, of all policies together; all are counted. */
export const policyFindingsMax = 1_000;
/** Findings of policies that the status of a stack names. */
export const findingsShownMax = 20;
/** Milliseconds that a directory has to be the same before it is planned: editors write a file in several goes. */
export const settledMs = 250;
