import type { Processes } from './processes.ts';

/** Bytes of what a program prints as errors that are kept. */
const stderrBytesMax = 64 * 1024;

/** How a program ended, and what it printed. */
export interface CapturedProcess {
  /** Exit code; undefined when it was ended. */
  readonly code: number | undefined;
  readonly stdout: Buffer;
  /** The first 64 KiB of it. */
  readonly stderr: string;
  readonly timedOut: boolean;
}

/** How a program is run whose output is wanted. */
export interface CaptureOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string;
  readonly timeoutMs: number;
  /** A program that prints more is ended. */
  readonly stdoutBytesMax: number;
  readonly signal: AbortSignal;
}

/** Runs programs of the machine whose output is wanted whole; arguments are never seen by a shell. */
export interface Capture {
  /** @throws ProcessError when it cannot be started */
  run(file: string, args: readonly string[], options: CaptureOptions): Promise<CapturedProcess>;
}

/** Programs of the machine whose output is wanted whole. One that writes too much is ended. */
export function capturedProcesses(processes: Pick<Processes, 'run'>): Capture {
  return {
    async run(file, args, { env, cwd, input, timeoutMs, stdoutBytesMax, signal }) {
      const stdout: Buffer[] = [];
      const stderr: Buffer[] = [];
      let stdoutBytes = 0;
      let stderrBytes = 0;
      const tooMuch = new AbortController();
      const exit = await processes.run({
        file,
        args,
        env,
        timeoutMs,
        signal: AbortSignal.any([signal, tooMuch.signal]),
        ...(cwd === undefined ? {} : { cwd }),
        ...(input === undefined ? {} : { stdin: input }),
        onOutput(stream, bytes) {
          if (stream === 'stderr') {
            stderrBytes += bytes.length;
            if (stderrBytes <= stderrBytesMax) stderr.push(bytes);
            return;
          }
          stdoutBytes += bytes.length;
          if (stdoutBytes > stdoutBytesMax) tooMuch.abort();
          else stdout.push(bytes);
        },
      });
      return {
        code: exit.cancelled || exit.timedOut ? undefined : exit.exitCode,
        stdout: Buffer.concat(stdout),
        stderr: Buffer.concat(stderr).toString('utf8'),
        timedOut: exit.timedOut,
      };
    },
  };
}
