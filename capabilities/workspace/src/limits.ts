/** Every bound of the capability, with its unit and its reason. */
export const limits = {
  /** Files in a source: far above the largest public repositories of manifests, and read in well under a second. */
  files: 2_000,
  /** Directories below each other. */
  depth: 16,
  /** Bytes of one file: the largest public CRD bundles are around 5 MiB. */
  fileBytes: 16 * 1024 * 1024,
  /** Bytes of all files together: they are held in memory during a reconcile. */
  totalBytes: 64 * 1024 * 1024,
  /** Objects in a workspace: each has an entry of about 250 bytes in the status. */
  objects: 2_000,
  /** Problems of the source that are listed in the status. */
  problems: 50,
  /** Characters of a message in the status. */
  messageLength: 512,
  /** Milliseconds between a change of an object and the look at it: changes come in groups. */
  driftDelayMs: 100,
  /** Milliseconds until a definition that was just applied is looked at again. */
  definitionMs: 250,
  /** First delay after a failure in milliseconds; it doubles up to the workspace's interval. */
  retryMinMs: 1_000,
  /** Bytes of what git prints as an error. */
  stderrBytes: 64 * 1024,
} as const;
