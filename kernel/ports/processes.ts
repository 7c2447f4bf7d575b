/** Which of a program's outputs some bytes came from. */
export type OutputStream = 'stdout' | 'stderr';

/** What asks a program to end: some take SIGINT as a wish to end in order, and die of SIGTERM with what they started. */
export type StopSignal = 'SIGTERM' | 'SIGINT';

/** A program to run. Nothing of it is ever seen by a shell, and nothing of Plinth's own environment is passed on. */
export interface ProcessRequest {
  /** A path (relative ones start at `cwd`), or a name that is looked up on the `PATH` of `env`. */
  readonly file: string;
  /** Arguments, each passed on as it is. */
  readonly args: readonly string[];
  /** Directory that the program starts in; absent, that of this process. */
  readonly cwd?: string;
  /** The whole environment of the program, but for the mark by which its processes are found again. */
  readonly env: Readonly<Record<string, string>>;
  /** What the program reads on standard input; absent, it finds an empty one. */
  readonly stdin?: string | Uint8Array;
  /** Milliseconds after which the program is ended; at most 2,147,483,647. */
  readonly timeoutMs?: number;
  /** Milliseconds between the stop signal and SIGKILL; 5,000 unless told. */
  readonly graceMs?: number;
  /** What asks it to end; SIGTERM unless told. */
  readonly stopSignal?: StopSignal;
  /**
   * Set when it is to go on should Plinth be killed, or stop (see `isStop`). What it prints goes to files `stdout` and `stderr`
   * of the directory, as it is: programs die of printing what nobody reads.
   */
  readonly outlives?: { readonly directory: string };
  /** Ends the program when it is aborted. */
  readonly signal?: AbortSignal;
  /** Takes output in order of arrival, at most 64 KiB at once. Nothing more is read until it is done. */
  readonly onOutput?: (stream: OutputStream, bytes: Buffer) => void | Promise<void>;
  /**
   * Keeps what `reap` needs. Called before the program exists, which waits for it, and once more when its number is
   * known. Plinth may be killed at any moment after the first call, and `reap` still finds the processes.
   */
  readonly onRecord?: (record: ProcessRecord) => void | Promise<void>;
}

/** Whether something is aborted because the process stops, not because it is not wanted any more. */
export function isStop(reason: unknown): boolean {
  return reason instanceof Error && 'code' in reason && reason.code === 'Stopped';
}

/** How a program ended. */
export interface ProcessExit {
  /** Exit code; undefined when a signal ended it, or it was cancelled before it began. */
  readonly exitCode: number | undefined;
  /** The signal that ended it, such as `SIGKILL`. */
  readonly signal: string | undefined;
  readonly timedOut: boolean;
  readonly cancelled: boolean;
  readonly durationMs: number;
  /** Processes that could not be killed, since they run under another user or hang in the operating system, or that were left. */
  readonly survivors: readonly number[];
}

/** A process that starts programs; `startTicks` tells it from a later one of the same number. */
export interface Starter {
  readonly pid: number;
  readonly startTicks: number;
}

/** What is needed to find the processes of a program again after Plinth was killed. Plain JSON. */
export interface ProcessRecord {
  /** The value of `PLINTH_PROCESS` in the environment of the program and of all that it starts. */
  readonly mark: string;
  /** Names the boot of the machine; process numbers of another boot mean nothing. Absent where there is no `/proc`. */
  readonly bootId?: string;
  /** Number of the process and of its group; absent until the program was started. */
  readonly pid?: number;
  /** When it was started, in clock ticks since the boot: it tells the process from a later one of the same number. */
  readonly startTicks?: number;
  /** The process that was to start it, when that was another one than Plinth: it may start it yet when Plinth is no more. */
  readonly starter?: Starter;
  /** What asks it to end; SIGTERM when absent. */
  readonly stopSignal?: StopSignal;
  /** Set when the next start lets it go on. */
  readonly outlives?: true;
}

/**
 * What `reap` found: nothing was running any more (`gone`), all that was is dead now (`killed`), some could not be killed
 * (`survived`), or this platform has no `/proc` to tell (`unknown`; nothing was killed then).
 */
export interface ReapResult {
  readonly outcome: 'gone' | 'killed' | 'survived' | 'unknown';
  /** The processes that were signalled. */
  readonly pids: readonly number[];
}

/** Programs of the machine, as a port. */
export interface Processes {
  /**
   * Runs a program in a session and process group of its own, to its end. A time-out and a cancellation send SIGTERM to
   * the whole group, and SIGKILL to what is left of it after the grace. What a program leaves running in its group when
   * it ends is ended in the same way.
   *
   * Standard output and error are sockets, so programs cannot open `/dev/stdout` anew.
   * @throws ProcessError when it cannot be started; what `onOutput` and `onRecord` throw, once everything is dead
   */
  run(request: ProcessRequest): Promise<ProcessExit>;
  /**
   * Ends what an earlier process of Plinth left running, with the same signals and grace. A process is only signalled
   * when it carries the mark of the record, or is in the group of a process with the recorded number and start time.
   */
  reap(record: ProcessRecord, graceMs?: number): Promise<ReapResult>;
  /** Whether anything of a program still runs that an earlier process of Plinth started; false where nobody can tell. */
  lives(record: ProcessRecord): Promise<boolean>;
}

/** Why a program could not be started. */
export type ProcessErrorCode =
  | 'process.missing'
  | 'process.not-executable'
  | 'process.directory'
  | 'process.too-large'
  | 'process.invalid'
  | 'process.exhausted'
  | 'process.failed';

/** A program that could not be started. No message holds arguments, input or values of the environment. */
export class ProcessError extends Error {
  override name = 'ProcessError';
  readonly code: ProcessErrorCode;
  readonly hint: string;

  constructor(code: ProcessErrorCode, message: string, hint: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.hint = hint;
  }

  /** Whether the same request may succeed later although nobody changes anything. */
  get passes(): boolean {
    return this.code === 'process.exhausted';
  }
}
