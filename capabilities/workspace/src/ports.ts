/** A file of a source. */
export interface SourceFile {
  /** Relative to the source's root, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** A source as it was at one moment. */
export interface SourceSnapshot {
  /** Names the content: a git commit, or `sha256:` and a digest over all paths and files. */
  readonly revision: string;
  /** In order of their paths. */
  readonly files: readonly SourceFile[];
}

/** Directories on the machine. */
export interface Directories {
  /** Reads all manifests below `path`. @throws SourceError */
  read(path: string): Promise<SourceSnapshot>;
  /**
   * Calls `changed` when something below `path` may have changed. Returns what ends it; where the machine cannot watch,
   * nothing is called and the workspace's interval has to do.
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
}

/** Git repositories, elsewhere or on the machine. */
export interface Repositories {
  /** Fetches one commit and reads all manifests below the path. @throws SourceError */
  read(request: GitRequest): Promise<SourceSnapshot>;
}

/** How a process ended. */
export interface ProcessResult {
  /** Exit code; undefined when it was killed. */
  readonly code: number | undefined;
  readonly stdout: Buffer;
  readonly stderr: string;
  readonly timedOut: boolean;
}

/** Programs of the machine; arguments are never seen by a shell. */
export interface Processes {
  run(
    command: string,
    args: readonly string[],
    options: {
      readonly env: Readonly<Record<string, string>>;
      readonly input?: string;
      readonly timeoutMs: number;
      readonly stdoutBytesMax: number;
      readonly signal: AbortSignal;
    },
  ): Promise<ProcessResult>;
}
