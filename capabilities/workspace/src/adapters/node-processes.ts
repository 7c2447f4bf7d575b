import { spawn } from 'node:child_process';
import type { Clock } from '@plinth/kernel';
import { limits } from '../limits.ts';
import type { Processes, ProcessResult } from '../ports.ts';

/** Programs of the machine, through node:child_process. A program that takes too long or writes too much is killed. */
export function nodeProcesses(clock: Clock): Processes {
  return {
    run: (command, args, options) =>
      new Promise<ProcessResult>((resolve, reject) => {
        const child = spawn(command, args, {
          env: { ...options.env },
          shell: false,
          stdio: 'pipe',
          windowsHide: true,
        });
        const stdout: Buffer[] = [];
        const stderr: Buffer[] = [];
        let stdoutBytes = 0;
        let stderrBytes = 0;
        let timedOut = false;
        const kill = (): void => void child.kill('SIGKILL');
        const cancelTimeout = clock.after(options.timeoutMs, () => {
          timedOut = true;
          kill();
        });
        options.signal.addEventListener('abort', kill, { once: true });
        child.stdout.on('data', (chunk: Buffer) => {
          stdoutBytes += chunk.length;
          if (stdoutBytes > options.stdoutBytesMax) kill();
          else stdout.push(chunk);
        });
        child.stderr.on('data', (chunk: Buffer) => {
          stderrBytes += chunk.length;
          if (stderrBytes <= limits.stderrBytes) stderr.push(chunk);
        });
        const end = (): void => {
          cancelTimeout();
          options.signal.removeEventListener('abort', kill);
        };
        child.on('error', (error) => {
          end();
          reject(error);
        });
        child.on('close', (code) => {
          end();
          const text = Buffer.concat(stderr).toString('utf8');
          resolve({ code: code ?? undefined, stdout: Buffer.concat(stdout), stderr: text, timedOut });
        });
        // A program that ends before it has read its input is not a fault of its own kind.
        child.stdin.on('error', () => undefined);
        child.stdin.end(options.input ?? '');
      }),
  };
}
