import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Blueprints, type Program, root, skipReason } from './terraform.ts';
import { describe, readTestEvents } from './test-events.ts';

/**
 * Proves a module with an unmodified program against the stub providers: it is valid and uses nothing that is deprecated, each run
 * of its own tests passes, and its example is applied, planned again without a change, and destroyed. The apply starts the providers
 * as `init` has installed them; the other commands use some that run already, which is four times as fast.
 * @param module - its folder: `azure/network-hub`.
 */
export function testModule(module: string, program: Program = 'terraform'): void {
  test(`${module} with ${program}`, { skip: skipReason(program) }, async (t) => {
    const blueprints = new Blueprints(t, program);
    const initialized = await blueprints.run(module, 'init', '-input=false');
    assert.equal(initialized.exitCode, 0, initialized.text);
    await t.test('is valid', async () => {
      const { stdout } = await blueprints.runQuickly(module, 'validate', '-json');
      const { valid, diagnostics } = JSON.parse(stdout);
      assert.deepEqual([valid, diagnostics.map(describe)], [true, []]);
    });
    await testRuns(t, blueprints, module);
    await t.test('its example comes and goes', () => testExample(blueprints, `${module}/examples/basic`));
  });
}

async function testRuns(t: TestContext, blueprints: Blueprints, module: string): Promise<void> {
  const report = readTestEvents((await blueprints.runQuickly(module, 'test', '-json')).stdout);
  assert.deepEqual(report.diagnostics, []);
  assert.deepEqual(
    report.runs.map(({ name }) => name),
    runsIn(module),
    'not all runs were reported',
  );
  for (const { name, status, diagnostics } of report.runs) {
    await t.test(name.replaceAll('_', ' '), () => assert.equal(status, 'pass', diagnostics.join('\n')));
  }
}

/** The runs as the files have them, so that none can get lost. */
function runsIn(module: string): string[] {
  const folder = join(root, module, 'tests');
  const files = readdirSync(folder).filter((file) => file.endsWith('.tftest.hcl'));
  const texts = files.sort().map((file) => readFileSync(join(folder, file), 'utf8'));
  return texts.flatMap((text) => [...text.matchAll(/^run "(\w+)" \{/gm)].map(([, name = '']) => name));
}

async function testExample(blueprints: Blueprints, example: string): Promise<void> {
  const initialized = await blueprints.run(example, 'init', '-input=false');
  assert.equal(initialized.exitCode, 0, initialized.text);
  const applied = await blueprints.run(example, 'apply', '-auto-approve', '-input=false');
  assert.match(applied.text, /Apply complete! Resources: \d+ added, 0 changed, 0 destroyed/);
  assert.doesNotMatch(applied.text, /Warning:/);
  const planned = await blueprints.runQuickly(example, 'plan', '-detailed-exitcode', '-input=false');
  assert.equal(planned.exitCode, 0, planned.text);
  const destroyed = await blueprints.runQuickly(example, 'destroy', '-auto-approve', '-refresh=false');
  assert.match(destroyed.text, /Destroy complete! Resources: \d+ destroyed/);
}
