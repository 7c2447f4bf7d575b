import { deepEqual, equal } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { skipReason } from './policy-pack/terraform.ts';

const example = join(import.meta.dirname, '../../../examples/terraform-policies');
const program = join(import.meta.dirname, '../../../tools/judge-plan/main.ts');
const runTimeoutMs = 30_000;

/** What the example says of a plan of its configuration. @param args of `terraform plan` */
function judge(t: TestContext, ...args: readonly string[]): { status: number | null; lines: string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'judge-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  copyFileSync(join(example, 'main.tf'), join(folder, 'main.tf'));
  const terraform = (...words: readonly string[]): string => {
    const env = {
      PATH: process.env['PATH'],
      HOME: folder,
      CHECKPOINT_DISABLE: '1',
      TF_CLI_CONFIG_FILE: '/dev/null',
    };
    const run = spawnSync('terraform', [...words], {
      cwd: folder,
      encoding: 'utf8',
      timeout: runTimeoutMs,
      env,
    });
    equal(run.status, 0, run.stderr);
    return run.stdout;
  };
  terraform('init', '-input=false');
  terraform('plan', '-input=false', '-out=plan', ...args);
  writeFileSync(join(folder, 'plan.json'), terraform('show', '-json', 'plan'));
  const words = [program, join(folder, 'plan.json'), join(example, 'policy.yaml')];
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', ...words],
    { encoding: 'utf8', timeout: runTimeoutMs },
  );
  equal(stderr, '');
  return { status, lines: stdout.split('\n').filter((line) => /^\S/.test(line)) };
}

test('the example of the guide judges plans', { skip: skipReason }, (t) => {
  deepEqual(judge(t), {
    status: 1,
    lines: [
      'fail    high     example-no-ssh  terraform_data.jump',
      'fail    medium   example-team  terraform_data.jump',
      'unknown medium   example-team  terraform_data.late',
      '3 passed, 3 did not',
    ],
  });
  deepEqual(judge(t, '-var', 'ports=[443]'), {
    status: 0,
    lines: [
      'fail    medium   example-team  terraform_data.jump',
      'unknown medium   example-team  terraform_data.late',
      '4 passed, 2 did not',
    ],
  });
});
