import { deepEqual, equal, ok } from 'node:assert/strict';
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  normalizeChange,
  type Plan,
  parsePlan,
  planDigest,
  printJson,
  redactPlan,
  renderPlan,
  summarize,
  valueAt,
} from '../src/index.ts';
import { allThatIsShown } from './plan-sample.ts';

const isThere = spawnSync('terraform', ['version'], { timeout: 20_000 }).status === 0;
const options = isThere ? {} : { skip: 'terraform is not on PATH' };
const canary = 'canary-7f3a';
const key = Buffer.from('0123456789abcdef');

/** A folder with a configuration, in which terraform runs; builtin providers only. */
class Workspace {
  readonly #folder: string;

  constructor(t: TestContext) {
    this.#folder = mkdtempSync(join(tmpdir(), 'terraform-plan-'));
    t.after(() => rmSync(this.#folder, { recursive: true, force: true }));
  }

  write(file: string, text: string): void {
    const path = join(this.#folder, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }

  run(args: readonly string[]): SpawnSyncReturns<string> {
    return spawnSync('terraform', args, {
      cwd: this.#folder,
      encoding: 'utf8',
      timeout: 20_000,
      env: {
        PATH: process.env['PATH'],
        CHECKPOINT_DISABLE: '1',
        TF_IN_AUTOMATION: '1',
        TF_CLI_CONFIG_FILE: '/dev/null',
        TF_CLI_ARGS: '-no-color',
      },
    });
  }

  /** What terraform would do, as it says in JSON. */
  plan(main: string, ...args: readonly string[]): Plan {
    this.write('main.tf', main);
    this.run(['init', '-input=false']);
    const planned = this.run(['plan', '-input=false', '-out=plan', ...args]);
    const shown = this.run(['show', '-json', 'plan']);
    equal(shown.status, 0, `${planned.stderr}\n${shown.stderr}`);
    return parsePlan(Buffer.from(shown.stdout));
  }

  apply(main: string): void {
    this.plan(main);
    const applied = this.run(['apply', '-input=false', 'plan']);
    equal(applied.status, 0, applied.stderr);
  }
}

/** Compares with a file; the ids that terraform makes up are masked. UPDATE=1 writes the file. */
function compareWithFile(name: string, text: string): void {
  const path = join(import.meta.dirname, 'scenarios', name);
  const masked = text.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<id>');
  if (process.env['UPDATE'] === '1') writeFileSync(path, masked);
  ok(existsSync(path), `${path} is not there; UPDATE=1 writes it`);
  equal(masked, readFileSync(path, 'utf8'));
}

const before = `
variable "password" {
  type      = string
  sensitive = true
  default   = "${canary}"
}
resource "terraform_data" "db" {
  input            = { user = "app", password = var.password, ports = [80, 443], note = "one\\ntwo" }
  triggers_replace = ["v1"]
}
resource "terraform_data" "first" {
  input = "\${terraform_data.db.id}-0"
  lifecycle {
    create_before_destroy = true
    replace_triggered_by  = [terraform_data.db]
  }
}
resource "terraform_data" "old" { input = "gone" }
resource "terraform_data" "plain" { triggers_replace = { all = { of = "it", and = 1 } } }
resource "terraform_data" "left" { input = "left" }
resource "terraform_data" "each" {
  for_each = toset(["a", "b c"])
  input    = jsonencode({ who = each.key, list = [1, 2, 3] })
}
resource "terraform_data" "counted" {
  count = 2
  input = count.index
}
output "same" { value = "same" }
output "secret" {
  value     = var.password
  sensitive = true
}
`;

const after = `
variable "password" {
  type      = string
  sensitive = true
  default   = "${canary}-new"
}
resource "terraform_data" "db" {
  input            = { user = "app", password = var.password, ports = [80, 8080, 443], note = "one\\nthree" }
  triggers_replace = ["v2"]
}
resource "terraform_data" "renamed" {
  input = "\${terraform_data.db.id}-0"
  lifecycle {
    create_before_destroy = true
    replace_triggered_by  = [terraform_data.db]
  }
}
moved {
  from = terraform_data.first
  to   = terraform_data.renamed
}
removed {
  from = terraform_data.left
  lifecycle { destroy = false }
}
import {
  to = terraform_data.taken
  id = "taken-id"
}
resource "terraform_data" "taken" { input = "<b>\`\`\`</b>" }
resource "terraform_data" "each" {
  for_each = toset(["a"])
  input    = jsonencode({ who = each.key, list = [1, 3] })
}
resource "terraform_data" "counted" {
  count = 1
  input = count.index
}
module "inner" {
  source   = "./inner"
  for_each = { "k.v" = "\${var.password}-derived" }
  secret   = each.value
}
resource "terraform_data" "plain" { triggers_replace = { all = { of = "it", and = 2 } } }
check "never" {
  assert {
    condition     = terraform_data.counted[0].input == nonsensitive(var.password)
    error_message = "Found \${nonsensitive(var.password)}."
  }
}
output "same" { value = "same" }
output "new" { value = { id = terraform_data.db.id, list = [terraform_data.db.id, "known"] } }
`;

const inner = `
variable "secret" { sensitive = true }
resource "terraform_data" "copy" { input = { (var.secret) = [var.secret] } }
resource "terraform_data" "leak" { input = nonsensitive(var.secret) }
`;

test('a plan in which everything happens', options, (t) => {
  const workspace = new Workspace(t);
  workspace.apply(before);
  workspace.write('inner/main.tf', inner);
  const one = workspace.plan(after);

  const { outcome, counts, destructive, outputs, failedChecks } = summarize(one);
  equal(outcome, 'changes');
  deepEqual(counts, {
    create: 2,
    update: 2,
    replace: 3,
    delete: 3,
    read: 0,
    import: 1,
    move: 1,
    forget: 1,
    noOp: 1,
  });
  deepEqual(
    destructive.map(({ address, replaceOrder, reason }) => [address, replaceOrder, reason]),
    [
      ['terraform_data.counted[1]', undefined, 'delete_because_count_index'],
      ['terraform_data.db', 'create-then-delete', 'replace_because_cannot_update'],
      ['terraform_data.each["b c"]', undefined, 'delete_because_each_key'],
      ['terraform_data.old', undefined, 'delete_because_no_resource_config'],
      ['terraform_data.plain', 'delete-then-create', 'replace_because_cannot_update'],
      ['terraform_data.renamed', 'create-then-delete', 'replace_by_triggers'],
    ],
  );
  deepEqual(outputs, [
    { name: 'new', action: 'create' },
    { name: 'secret', action: 'delete' },
  ]);
  deepEqual(failedChecks, ['check.never']);
  ok(!allThatIsShown(one).includes(canary));

  const db = one.resourceChanges.find(({ address }) => address === 'terraform_data.db');
  ok(db);
  const view = normalizeChange(db);
  deepEqual(valueAt(view, ['id']), { state: 'unknown' });
  deepEqual(valueAt(view, ['input', 'ports', 1]), { state: 'known', value: 8080 });
  deepEqual(valueAt(view, ['input', 'nothing']), { state: 'absent' });

  compareWithFile('everything.txt', renderPlan(one, { form: 'text' }));
  compareWithFile('everything.md', renderPlan(one, { form: 'markdown', title: 'Stack prod/<network>' }));
});

test('the same plan made twice has one digest, and another value another one', options, (t) => {
  const workspace = new Workspace(t);
  workspace.apply(before);
  const [first, second] = [
    workspace.plan(before.replace('"app"', '"web"')),
    workspace.plan(before.replace('"app"', '"web"')),
  ];
  equal(planDigest(first, key), planDigest(second, key));
  const others = [
    workspace.plan(before.replace('"app"', '"api"')),
    workspace.plan(before.replace('"app"', '"web"').replace(canary, `${canary}2`)),
    workspace.plan(before.replace('"app"', '"web"').replace('"gone"', '"else"')),
  ];
  const digests = [first, ...others].map((one) => planDigest(one, key));
  equal(new Set(digests).size, digests.length);
});

test('no changes, only outputs, and what has drifted', options, (t) => {
  const workspace = new Workspace(t);
  workspace.apply(before);
  const none = workspace.plan(before);
  equal(summarize(none).outcome, 'no-changes');
  equal(renderPlan(none, { form: 'text' }), 'Terraform plan: no changes\n');
  const outputs = workspace.plan(before.replace('"same" { value = "same" }', '"same" { value = "other" }'));
  equal(summarize(outputs).outcome, 'only-outputs');
  equal(
    renderPlan(outputs, { form: 'text' }),
    'Terraform plan: no resource changes, 1 output\n\nOutputs: 1\n  ~ same: "same" -> "other"\n',
  );
  equal(summarize(workspace.plan(before, '-refresh-only')).outcome, 'no-changes');
  const refreshed = workspace.plan(
    before.replace('"same" { value = "same" }', '"same" { value = "other" }'),
    '-refresh-only',
  );
  equal(summarize(refreshed).outcome, 'only-outputs');
});

test('everything is destroyed', options, (t) => {
  const workspace = new Workspace(t);
  workspace.apply(before);
  const one = workspace.plan(before, '-destroy');
  const { counts, outcome } = summarize(one);
  deepEqual([outcome, counts.delete, counts.create], ['changes', 9, 0]);
  const text = renderPlan(one, { form: 'text' });
  ok(text.startsWith('Terraform plan: 9 to delete, 2 outputs\n\nDestructive: 9\n'), text);
  ok(!allThatIsShown(one).includes(canary));
});

test('a plan that ends with an error is not one without changes', options, (t) => {
  const workspace = new Workspace(t);
  const broken = `
resource "terraform_data" "a" { input = 1 }
resource "terraform_data" "b" {
  input = 1
  lifecycle {
    precondition {
      condition     = terraform_data.a.input == 2
      error_message = "It is not two."
    }
  }
}`;
  const one = workspace.plan(broken);
  equal(one.isErrored, true);
  equal(summarize(one).outcome, 'errored');
  const text = renderPlan(one, { form: 'text' });
  ok(text.startsWith('Terraform plan: planning failed'), text);
  ok(text.includes('It is not two.'), text);
  equal(redactPlan(one).isErrored, true);
});

test('numbers and texts come through a plan as they are', options, (t) => {
  const workspace = new Workspace(t);
  const number = '123456789012345678901234567890.5';
  const one = workspace.plan(`
resource "terraform_data" "n" { input = ${number} }
resource "terraform_data" "t" { input = "\\u2028\\u202e\\u001b[31mred <&> é 😀" }`);
  const stored = printJson(redactPlan(one).document);
  ok(stored.includes(`"input":${number}`));
  const text = renderPlan(one, { form: 'text' });
  ok(text.includes(`+ input: ${number}\n`), text);
  ok(text.includes(String.raw`+ input: "\u2028\u202e\u001b[31mred <&> é 😀"`), text);
  equal(summarize(one).counts.create, 2);
});
