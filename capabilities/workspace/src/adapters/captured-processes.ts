import type { Processes as KernelProcesses } from '@plinth/kernel';
import { limits } from '../limits.ts';
import type { Processes } from '../ports.ts';

/** Programs of the machine whose output is wanted whole. One that writes too much is ended. */
export function capturedProcesses(processes: KernelProcesses): Processes {
  return {
    async run(file, args, { env, input, timeoutMs, stdoutBytesMax, signal }) {
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
        ...(input === undefined ? {} : { stdin: input }),
        onOutput(stream, bytes) {
          if (stream === 'stderr') {
            stderrBytes += bytes.length;
            if (stderrBytes <= limits.stderrBytes) stderr.push(bytes);
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
