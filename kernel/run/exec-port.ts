import type { StopSignal } from '../ports/processes.ts';

/** A program that a run starts: a file and its arguments, never through a shell. */
export interface ExecRequest {
  /** Unique id of the run; its logs are kept under it. */
  readonly runUid: string;
  /** The operation's name in the run. */
  readonly step: string;
  /** Path of the program, or a name that is looked up in PATH of `env`. */
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** The environment: nothing is inherited but what `inherit` names. */
  readonly env?: Readonly<Record<string, string>>;
  /** Variables of Plinth's own environment that the program gets, such as `PATH` and `HOME`; `env` goes before them. */
  readonly inherit?: readonly string[];
  /** Counts the attempts at the step, from 1; for its log. */
  readonly attempt?: number;
  /** What the program reads from its standard input. */
  readonly stdin?: string;
  readonly timeoutMs?: number;
  /** Values that never appear in the log or in what is captured. */
  readonly secrets?: readonly string[];
  /**
   * Makes of each line of standard output, without its end, what the log and what is captured have of it; undefined leaves
   * it out. For programs that print for other programs.
   */
  readonly format?: (line: string) => string | undefined;
  /** What asks the program to end; `SIGTERM` unless told. SIGKILL follows after the grace. */
  readonly stopSignal?: StopSignal;
  /**
   * Set when it is to go on should Plinth be killed or stop, because half of what it does is worse than all of it. The next start
   * lets it go on. Its step is `once`, and `recover` waits for its end. What it prints goes to files of the directory, secrets
   * and all, from which the log is made as long as Plinth runs: the directory is nobody else's to read.
   */
  readonly outlives?: { readonly directory: string };
  /** Ends the program and all that it started. */
  readonly signal: AbortSignal;
}

/** How a program ended. */
export interface ExecOutcome {
  /** Absent when a signal ended the program. */
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  /** Captured output, without secrets and up to a limit. */
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut?: boolean;
  readonly durationMs?: number;
}

/** The logs of programs, as they are read. Places are bytes since the beginning of a step's log. */
export interface RunLogSource {
  list(runUid: string): Promise<
    readonly {
      readonly step: string;
      readonly isLive: boolean;
      /** The process that keeps it, when that is another; a step may have a log in several. */
      readonly place?: string;
    }[]
  >;
  /** Ends with the attempt that is under way. */
  follow(
    runUid: string,
    step: string,
    options: {
      readonly offset: number;
      readonly signal: AbortSignal;
      /** Ends with what is there now, also while the attempt is under way. */
      readonly untilNow?: boolean;
      /** The process that keeps the log, as `list` told it. */
      readonly place?: string | undefined;
    },
  ): AsyncIterable<{ readonly offset: number; readonly nextOffset: number; readonly record: object }>;
}

/** What runs programs for `run.exec` and keeps their logs. */
export interface ExecPort {
  /** @throws Error when the program cannot be started */
  exec(request: ExecRequest): Promise<ExecOutcome>;
  /**
   * Waits for a program that outlived the process which started it; at once when none does.
   * @param signal aborted when it is to be ended now
   */
  settle?(runUid: string, step: string, signal: AbortSignal): Promise<void>;
  /** What the programs printed. */
  readonly logs?: RunLogSource;
  /** Deletes the logs of a run. */
  remove?(runUid: string): Promise<void>;
}
