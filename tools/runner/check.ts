// Runs format, lint, types, tidy and dead code. With names, only those: node tools/runner/check.ts types tidy

import { availableParallelism } from 'node:os';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CHECKS } from './src/checks.ts';
import { runChecks } from './src/run-checks.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const programs = fileURLToPath(new URL('../../node_modules/.bin', import.meta.url));
process.env['PATH'] = `${programs}${delimiter}${process.env['PATH'] ?? ''}`;

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !CHECKS.some((check) => check.name === name));
const startedAt = performance.now();

if (unknown.length > 0) {
  const names = CHECKS.map((check) => `"${check.name}"`).join(', ');
  process.stderr.write(`no check is called ${unknown.join(', ')}\n  hint: the checks are ${names}\n`);
  process.exitCode = 1;
} else {
  const checks = CHECKS.filter((check) => asked.length === 0 || asked.includes(check.name));
  const results = await runChecks(checks, Math.min(availableParallelism(), checks.length), root, (result) => {
    if (!result.passed) process.stdout.write(`${result.output.trimEnd()}\n`);
    process.stdout.write(
      `${result.passed ? '✔' : '✖'} ${result.check.name} (${seconds(result.durationMs)})\n`,
    );
  });
  const failed = results.filter((result) => !result.passed).map((result) => result.check.name);
  const total = seconds(performance.now() - startedAt);
  process.stdout.write(
    failed.length === 0 ? `all checks pass (${total})\n` : `failed: ${failed.join(', ')} (${total})\n`,
  );
  if (failed.length > 0) process.exitCode = 1;
}

function seconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)} s`;
}
