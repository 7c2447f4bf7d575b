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
