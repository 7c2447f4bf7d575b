// Runs the tests with Node's test runner.
//   node tools/runner/test.ts                   all but conformance/
//   node tools/runner/test.ts slo kernel/store  those of some places
//   node tools/runner/test.ts --conformance     those of conformance/, which need foreign programs
// Further options (--test-name-pattern=..., --watch) go to Node's test runner.

import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { listFiles } from '@plinth/repository';
import { parseRequest, placeNames, selectTests } from './src/select.ts';

const CONFORMANCE = '--conformance';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Each file is a process, and most of them load the kernel: compiling it anew takes 0.6 s of a processor each time. */
const compiled = join(root, 'node_modules', '.cache', 'plinth-tests');
const args = process.argv.slice(2);
const { places, options } = parseRequest(args.filter((arg) => arg !== CONFORMANCE));
const files = args.includes(CONFORMANCE)
  ? listFiles(root, 'conformance', (path) => path.endsWith('.test.ts'))
  : listFiles(root, '', (path) => /(^|\/)test\/.*\.test\.ts$/.test(path) && !path.startsWith('conformance/'));
const { selected, unknown } = selectTests(files, places);

if (unknown.length > 0 || selected.length === 0) {
  process.stderr.write(
    `no tests in ${unknown.length > 0 ? unknown.join(', ') : args.includes(CONFORMANCE) ? 'conformance/' : root}\n`,
  );
  if (files.length > 0) process.stderr.write(`  hint: the places are ${placeNames(files).join(', ')}\n`);
  process.exitCode = 1;
} else {
  const reporter = options.some((option) => option.startsWith('--test-reporter'))
    ? []
    : ['--test-reporter=spec'];
  const child = spawn(
    process.execPath,
    ['--test', '--test-concurrency=2', ...reporter, ...options, ...selected],
    { cwd: root, stdio: 'inherit', env: { NODE_COMPILE_CACHE: compiled, ...process.env } },
  );
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exitCode = signal === null ? (code ?? 1) : 128 + constants.signals[signal];
  });
}
