/** Every bound of the capability, with its unit and its reason. */
export const limits = {
  /** Files in a source: one for each of the 20,000 entities that the figures are for. */
  files: 20_000,
  /** Directories below each other. */
  depth: 16,
  /** Bytes of one file: definitions of APIs are the largest, and rarely above 1 MiB. */
  fileBytes: 4 * 1024 * 1024,
  /** Bytes of all files together: they are held in memory while they are read. */
  totalBytes: 64 * 1024 * 1024,
  /** Entities of a location. */
  entities: 50_000,
  /** Problems of a source that are listed in the status. */
  problems: 50,
  /** Characters of a message in the status. */
  messageLength: 512,
  /** Rounds in which files are found that other files point to. */
  rounds: 10,
  /** Bytes of a source from which on it is read in a thread of its own: 256 KiB take about 100 ms. */
  asideBytes: 256 * 1024,
  /** Milliseconds that reading a source may take there. */
  readMs: 120_000,
  /** Entities of a page when nobody says how many. */
  pageDefault: 200,
  /** Bytes of a request: more than the references of 10,000 entities. */
  bodyBytes: 1024 * 1024,
  /** Entities that are written at the same time: enough to fill the groups in which the store commits. */
  writes: 128,
  /** Milliseconds between a change of an entity and the look at its location: changes come in groups. */
  changeDelayMs: 250,
  /** First delay after a failure in milliseconds; it doubles up to the interval of the location. */
  retryMinMs: 1_000,
} as const;
