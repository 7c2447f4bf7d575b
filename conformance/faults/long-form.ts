import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The tests of which the short forms run with all others. */
export const shortForms = {
  kill: new URL('../../apps/plinth/test/faults/kill.test.ts', import.meta.url),
  watchStorm: new URL('../../apps/plinth/test/faults/watch-storm.test.ts', import.meta.url),
  overload: new URL('../../apps/plinth/test/faults/overload.test.ts', import.meta.url),
  watchers: new URL('../../apps/plinth/test/faults/watchers.test.ts', import.meta.url),
  storeKill: new URL('../../kernel/store/test/kill.test.ts', import.meta.url),
  storeStorm: new URL('../../kernel/store/test/watch-storm.test.ts', import.meta.url),
  runsKill: new URL('../../apps/plinth/test/faults/runs-kill.test.ts', import.meta.url),
  processes: new URL('../../apps/plinth/test/faults/processes.test.ts', import.meta.url),
  parkedRuns: new URL('../../apps/plinth/test/faults/parked-runs.test.ts', import.meta.url),
  forwardKill: new URL('../../apps/plinth/test/metrics/forward-kill.test.ts', import.meta.url),
  metricsKill: new URL('../../apps/plinth/test/metrics/kill.test.ts', import.meta.url),
  simulation: new URL('../../tools/sim/test/simulate.test.ts', import.meta.url),
  engines: new URL('../../apps/plinth/test/engines/suites-on-engines.test.ts', import.meta.url),
  runSimulation: new URL('../../tools/sim/test/simulate-runs.test.ts', import.meta.url),
} as const;

/**
 * Runs a test in its long form.
 *
 * @param test the file of the short form
 * @param figures environment variables that make it long; those that are set already stay as they are
 * @returns what it printed, where its figures are
 * @throws AssertionError with what it printed when it fails
 */
export async function runLong(test: URL, figures: Readonly<Record<string, string>>): Promise<string> {
  const child = spawn(process.execPath, ['--test', '--test-reporter=spec', fileURLToPath(test)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // A test runner that knows of the one around it would report to that.
    env: { ...figures, ...process.env, NODE_TEST_CONTEXT: undefined },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const code = await new Promise((resolve) => child.once('close', resolve));
  assert.equal(code, 0, output);
  return output;
}

/** The lines of figures in what a test printed. */
export function figuresOf(output: string): string[] {
  return output
    .split('\n')
    .map((line) => line.trim())
    .filter(
      (line) =>
        line.startsWith('ℹ') && !/^ℹ (tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) /.test(line),
    );
}
