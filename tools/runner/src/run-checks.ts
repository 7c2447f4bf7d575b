import { spawn } from 'node:child_process';
import type { Check } from './checks.ts';

/** How a check ended. */
export interface CheckResult {
  readonly check: Check;
  readonly passed: boolean;
  /** Standard output and error, in the order they came. */
  readonly output: string;
  readonly durationMs: number;
}

/**
 * Runs checks, some side by side.
 *
 * @param checks in the order to start them
 * @param concurrency how many run at a time
 * @param folder working directory
 * @param onResult called as each check ends
 * @returns all results, in the order they ended
 */
export async function runChecks(
  checks: readonly Check[],
  concurrency: number,
  folder: string,
  onResult: (result: CheckResult) => void,
): Promise<CheckResult[]> {
  const waiting = checks.values();
  const results: CheckResult[] = [];
  const work = async (): Promise<void> => {
    for (const check of waiting) {
      const result = await runCheck(check, folder);
      results.push(result);
      onResult(result);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return results;
}

function runCheck(check: Check, folder: string): Promise<CheckResult> {
  const [program, ...args] = check.command;
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const end = (passed: boolean, extra = ''): void =>
      resolve({
        check,
        passed,
        output: Buffer.concat(chunks).toString('utf8') + extra,
        durationMs: performance.now() - startedAt,
      });
    const child = spawn(program, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', (error) => end(false, `cannot start ${program}: ${error.message}\n`));
    child.on('close', (code, signal) => end(code === 0, signal === null ? '' : `killed by ${signal}\n`));
  });
}
