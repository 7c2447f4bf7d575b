import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Check } from '../src/checks.ts';
import { runChecks } from '../src/run-checks.ts';

function node(name: string, script: string): Check {
  return { name, command: [process.execPath, '-e', script] };
}

test('each result tells whether the tool passed and what it wrote', async () => {
  const seen: string[] = [];
  const results = await runChecks(
    [node('good', ''), node('bad', 'console.log("out"); console.error("err"); process.exitCode = 3')],
    2,
    '.',
    (result) => seen.push(result.check.name),
  );
  const [bad, good] = results.sort((left, right) => (left.check.name < right.check.name ? -1 : 1));
  assert.equal(good?.passed, true);
  assert.equal(bad?.passed, false);
  assert.match(bad.output, /out/);
  assert.match(bad.output, /err/);
  assert.deepEqual(seen.sort(), ['bad', 'good']);
});

test('a tool that is missing or killed has not passed', async () => {
  const missing: Check = { name: 'missing', command: ['no-such-program-here'] };
  const killed = node('killed', 'process.kill(process.pid, "SIGKILL")');
  const results = await runChecks([missing, killed], 1, '.', () => undefined);
  assert.deepEqual(
    results.map((result) => result.passed),
    [false, false],
  );
  assert.match(results[0]?.output ?? '', /cannot start no-such-program-here/);
  assert.match(results[1]?.output ?? '', /killed by SIGKILL/);
});
