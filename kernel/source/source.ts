/** A file of a source. */
export interface SourceFile {
  /** Relative to the source's root, with `/`. */
  readonly path: string;
  readonly bytes: Buffer;
  /** Set when it can be run. */
  readonly isExecutable?: true;
}

/** A source as it was at one moment. */
export interface SourceSnapshot {
  /** Names the content: a git commit, or `sha256:` and a digest over all paths and files. */
  readonly revision: string;
  /** In order of their paths. */
  readonly files: readonly SourceFile[];
}

/** What of a source is read. */
export interface SourceRules {
  /** What the files are, in messages, such as `manifests`. */
  readonly noun: string;
  /**
   * Whether a file is read.
   * @param path relative to the source, with `/`
   * @throws SourceError for what a source must not hold
   */
  readonly accepts: (path: string) => boolean;
  /** Whether a directory is looked into. @param path as of files */
  readonly enters: (path: string) => boolean;
  /** What becomes of links in a repository; in a directory those to files inside of it are read. */
  readonly links: 'skipped' | 'followed';
  readonly filesMax: number;
  /** Directories below each other. */
  readonly depthMax: number;
  readonly fileBytesMax: number;
  /** Bytes of all files together; they are held in memory. */
  readonly totalBytesMax: number;
  /** What to do about a source that is too large. */
  readonly tooLargeHint: string;
}

/** Directories on the machine. */
export interface Directories {
  /** Reads all files below `path` that the rules accept. @throws SourceError */
  read(path: string): Promise<SourceSnapshot>;
  /**
   * Calls `changed` when something below `path` may have changed. Returns what ends it; where the machine cannot watch,
   * nothing is called and looking again has to do.
   */
  watch(path: string, changed: () => void): () => void;
}

/** What to get out of a git repository. */
export interface GitRequest {
  readonly url: string;
  /** Branch, tag or full commit. */
  readonly ref: string;
  /** Directory in the repository. */
  readonly path: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Who asks, for repositories that not everybody may read. */
  readonly credentials?: { readonly username: string; readonly password: string };
}

/** Git repositories, elsewhere or on the machine. */
export interface Repositories {
  /** Fetches one commit and reads all files below the path that the rules accept. @throws SourceError */
  read(request: GitRequest): Promise<SourceSnapshot>;
}
