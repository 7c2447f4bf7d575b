import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { infraCapability } from '@plinth/infra';
import { formatTime, systemClock } from '@plinth/kernel';
import { at, listAt, textAt } from '../harness/https-client.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { until } from '../harness/until.ts';
import { conditionOf, item, StackBench } from './stacks.ts';
import { missingProgram, terraform, tofu } from './terraform-program.ts';

const canary = 'canary-5f27c1-value';
/** Text that is an expression where nobody takes care. */
const curly = 'a ${b} %{c}';

/** A stack with outputs, one of them secret. */
const networkSource = `variable "password" { type = string }
variable "token" {
  type      = string
  ephemeral = true
}
${item('base', '"db ${var.password}"')}
output "dsn" {
  value     = terraform_data.base.output
  sensitive = true
}
output "subnets" { value = ["a", "b"] }
`;

/** A stack that takes them. */
const appSource = `variable "subnets" { type = set(string) }
variable "dsn" { type = string }
variable "region" { type = string }
variable "size" { type = object({ cpu = number, note = string }) }
resource "terraform_data" "subnet" {
  for_each = var.subnets
  input    = "$\{each.key} $\{var.region} $\{var.size.cpu} $\{var.size.note} $\{var.dsn}"
}
`;

/** What is wrong with a stack, and what is said of it. */
const wrongStacks: readonly (readonly [
  name: string,
  files: Readonly<Record<string, string>>,
  spec: Readonly<Record<string, unknown>>,
  reason: string,
  message: RegExp,
])[] = [
  ['syntax', { 'main.tf': 'resource "x" {\n' }, {}, 'InitFailed', /main\.tf:1: .*[Uu]nclosed/],
  [
    'wrong',
    { 'main.tf': 'output "x" {\n  value = var.missing\n}\n' },
    {},
    'PlanFailed',
    /main\.tf:2: Reference to undeclared/,
  ],
  ['empty', { 'readme.md': 'nothing' }, {}, 'SourceInvalid', /no configuration \(\*\.tf/],
  [
    'outside',
    { 'live/main.tf': 'module "x" {\n  source = "../../../elsewhere"\n}\n' },
    { workingDirectory: 'live' },
    'InitFailed',
    /elsewhere|outside/,
  ],
  [
    'undeclared',
    { 'main.tf': item('a', '1') },
    { variables: [{ name: 'nobody', value: 1 }] },
    'PlanFailed',
    /declares no variable nobody/,
  ],
  [
    'secretless',
    { 'main.tf': item('a', '1') },
    { variables: [{ name: 'x', secretKeyRef: { name: 'nowhere', key: 'k' } }] },
    'ValueMissing',
    /spec\.variables\[0\]: there is no Secret default\/nowhere/,
  ],
  [
    'overridden',
    { 'main.tf': 'variable "p" {}\n', 'terraform.tfvars': 'p = "mine"\n' },
    { variables: [{ name: 'p', secretKeyRef: { name: 'database', key: 'password' } }] },
    'PlanFailed',
    /a file of the source sets p/,
  ],
  [
    'myself',
    { 'main.tf': item('a', '1') },
    { variables: [{ name: 'x', stackOutputRef: { name: 'bad-myself', output: 'y' } }] },
    'DependencyCycle',
    /bad-myself -> bad-myself/,
  ],
];

for (const program of [terraform, tofu]) {
  describe(`stacks of ${program.name}`, { skip: missingProgram(program) }, () => {
    let server: TestServer;
    const bench = (name: string): StackBench =>
      new StackBench(() => server.admin, server.directory, name, program);
    /** What says more of Plinth than of the program is tried with one of them. */
    const testOnce = (name: string, run: () => Promise<void>): void => {
      if (program === terraform) test(name, run);
    };
    before(async () => {
      server = await startTestServer({ capabilities: [infraCapability] });
      const data = { password: Buffer.from(canary).toString('base64') };
      await server.admin.post('/api/v1/namespaces/default/secrets', {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'database' },
        data,
      });
    });
    after(async () => {
      await server.close();
      deepEqual(server.faults, []);
    });

    test('a plan is made, waits for somebody else, and exactly that is applied; nothing to change is said as that', async () => {
      const stack = bench('approved');
      stack.write({
        'main.tf': `${item('one', '"first"')}output "said" {\n  value = terraform_data.one.output\n}\n`,
      });
      await stack.declare({ approval: { when: 'Always' } });
      const waiting = await stack.reaches('WaitingForApproval');
      match(
        textAt(conditionOf(waiting, 'Ready'), 'message'),
        /1 to create, 1 output .*plinth approve run\/approved-/,
      );
      match(await stack.plan(), /terraform_data\.one {2}create/);
      match(await stack.plan('?form=markdown'), /\+ terraform_data\.one/);
      ok(
        !existsSync(
          join(server.directory, 'data/infra/stacks', textAt(await stack.run(), 'metadata', 'uid')),
        ),
      );
      await stack.approve(server.as('lee', ['system:masters']));
      const applied = await stack.reaches('Applied');
      equal(at(applied, 'status', 'applied', 'serial'), 1);
      deepEqual(at(applied, 'status', 'outputs'), [{ name: 'said', value: '"first"' }]);
      const first = textAt(applied, 'status', 'run');
      // Another plan is wanted, and there is nothing to do.
      stack.write({ 'note.tf': '# nothing\n' });
      const same = await stack.reaches('UpToDate', first);
      match(textAt(conditionOf(same, 'Ready'), 'message'), /^nothing to change at /);
      equal(at(same, 'status', 'applied', 'serial'), 1);
    });

    testOnce('a rejected plan stays rejected until somebody asks for another one', async () => {
      const stack = bench('rejected');
      stack.write({ 'main.tf': item('one', '"first"') });
      await stack.declare({ approval: { when: 'Always' } });
      await stack.reaches('WaitingForApproval');
      await stack.approve(server.as('lee', ['system:masters']), 'Reject');
      const rejected = await stack.reaches('ApprovalRejected');
      const run = textAt(rejected, 'status', 'run');
      await server.admin.send('PATCH', stack.path, {
        contentType: 'application/merge-patch+json',
        body: { metadata: { annotations: { 'plinth.dev/replan': 'now' } } },
      });
      await stack.reaches('WaitingForApproval', run);
    });

    testOnce(
      'a plan that is not wanted any more is cancelled, and its approval is worth nothing',
      async () => {
        const stack = bench('superseded');
        stack.write({ 'main.tf': item('one', '"first"') });
        await stack.declare({ approval: { when: 'Always' } });
        const before = textAt(await stack.reaches('WaitingForApproval'), 'status', 'run');
        stack.write({ 'main.tf': item('one', '"second"') });
        const after = await stack.reaches('WaitingForApproval', before);
        const old = await server.admin.get(`/apis/plinth.dev/v1alpha1/namespaces/default/runs/${before}`);
        equal(at(old.json, 'status', 'phase'), 'Canceled');
        await stack.approve(server.as('lee', ['system:masters']));
        await stack.reaches('Applied');
        match(await stack.plan(), /second/);
        ok(textAt(after, 'status', 'run') !== before);
      },
    );

    testOnce('only what destroys waits where the stack says so', async () => {
      const stack = bench('destructive');
      stack.write({ 'main.tf': item('one', '"first"') + item('two', '"x"') });
      await stack.declare({ approval: { when: 'Destructive' } });
      const run = textAt(await stack.reaches('Applied'), 'status', 'run');
      stack.write({ 'main.tf': item('one', '"first"') });
      const waiting = await stack.reaches('WaitingForApproval', run);
      deepEqual(at(waiting, 'status', 'plan', 'destructive'), ['terraform_data.two']);
    });

    testOnce('a plan whose state has moved is not applied; a new one is made', async () => {
      const stack = bench('stale');
      stack.write({ 'main.tf': item('one', '"first"') });
      await stack.declare({ approval: { when: 'Always' } });
      const first = textAt(await stack.reaches('WaitingForApproval'), 'status', 'run');
      const path = '/terraform/state/default/stale';
      const lock = { ID: 'by-hand' };
      equal((await server.admin.send('LOCK', path, { body: lock })).status, 200);
      const body = {
        version: 4,
        terraform_version: '1.11.4',
        serial: 1,
        lineage: 'one',
        outputs: {},
        resources: [],
      };
      equal((await server.admin.send('POST', `${path}?ID=by-hand`, { body })).status, 200);
      equal((await server.admin.send('UNLOCK', path, { body: lock })).status, 200);
      await stack.approve(server.as('lee', ['system:masters']));
      const again = await stack.reaches('WaitingForApproval', first);
      const failed = await server.admin.get(`/apis/plinth.dev/v1alpha1/namespaces/default/runs/${first}`);
      equal(at(failed.json, 'status', 'error', 'code'), 'StalePlan');
      equal(at(again, 'status', 'plan', 'stateSerial'), 1);
    });

    test('values come from Secrets, ConfigMaps and other stacks, and are secret nowhere but in the program', async () => {
      await server.admin.post('/api/v1/namespaces/default/configmaps', {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'settings' },
        data: { region: 'westeurope' },
      });
      const network = bench('network');
      network.write({ 'main.tf': networkSource });
      const app = bench('app');
      app.write({ 'main.tf': appSource });
      // The one that comes later is declared first.
      await app.declare({
        variables: [
          { name: 'subnets', stackOutputRef: { name: 'network', output: 'subnets' } },
          { name: 'dsn', stackOutputRef: { name: 'network', output: 'dsn' } },
          { name: 'region', configMapKeyRef: { name: 'settings', key: 'region' } },
          { name: 'size', value: { cpu: 2, note: curly } },
        ],
      });
      match(
        textAt(conditionOf(await app.reaches('WaitingForStack'), 'Ready'), 'message'),
        /no Stack default\/network/,
      );
      await network.declare({
        variables: ['password', 'token'].map((name) => ({
          name,
          secretKeyRef: { name: 'database', key: 'password' },
        })),
        environment: [{ name: 'ARM_CLIENT_SECRET', secretKeyRef: { name: 'database', key: 'password' } }],
      });
      await network.reaches('Applied');
      const applied = await app.reaches('Applied');
      match(await app.plan(), /input: \(sensitive\)/);
      const state = (await server.admin.get('/terraform/state/default/app')).text;
      ok(state.includes(`a westeurope 2 ${curly} db ${canary}`), state);
      const runs = [network, app].map(async (one) => textAt(await one.read(), 'status', 'run'));
      const logs = await Promise.all((await Promise.all(runs)).map(async (run) => await app.log(run)));
      const seen = [
        await server.storedText(),
        ...logs,
        await network.plan('?form=json'),
        await app.plan('?form=json'),
        JSON.stringify(applied),
        filesBelow(join(server.directory, 'data/runs')),
        filesBelow(join(server.directory, 'data/infra')),
      ];
      deepEqual(
        seen.map((text) => text.includes(canary)),
        seen.map(() => false),
      );
      ok(
        seen.some((text) => text.includes('terraform_data.base')),
        'what was looked at is there',
      );
    });

    test('what policies deny is not applied, not even with an approval; a waiver lets it pass until it ends', async () => {
      const check = {
        name: 'no-secrets',
        title: 'Inputs are no secrets.',
        severity: 'high',
        remedy: 'Take it out.',
        resources: ['terraform_data'],
        assert: "change.after.input != 'forbidden'",
      };
      const policy = {
        apiVersion: 'plinth.dev/v1alpha1',
        kind: 'PlanPolicy',
        metadata: { name: 'inputs' },
        spec: { match: { selector: { matchLabels: { judged: 'yes' } } }, checks: [check] },
      };
      const made = await server.admin.post('/apis/plinth.dev/v1alpha1/planpolicies', policy);
      equal(made.status, 201, made.text);
      const stack = bench('judged');
      stack.write({ 'main.tf': item('one', '"forbidden"') });
      await stack.declare({}, { judged: 'yes' });
      const denied = await stack.reaches('PolicyDenied');
      match(
        textAt(conditionOf(denied, 'Ready'), 'message'),
        /inputs\/no-secrets fail at terraform_data\.one.*Take it out/,
      );
      equal(at(denied, 'status', 'plan', 'policy', 'denied'), 1);
      const waiver = {
        apiVersion: 'plinth.dev/v1alpha1',
        kind: 'PlanWaiver',
        metadata: { name: 'judged' },
        spec: {
          check: 'no-secrets',
          address: 'terraform_data.one',
          reason: 'a test',
          expiresAt: formatTime(systemClock.now() + 3_600_000),
        },
      };
      const waived = await server.admin.post(
        '/apis/plinth.dev/v1alpha1/namespaces/default/planwaivers',
        waiver,
      );
      equal(waived.status, 201, waived.text);
      const applied = await stack.reaches('Applied');
      equal(at(applied, 'status', 'plan', 'policy', 'waived'), 1);
    });

    testOnce('what is wrong is said with its place and what to do', async () => {
      await Promise.all(
        wrongStacks.map(async ([name, files, spec, reason, message]) => {
          const stack = bench(`bad-${name}`);
          stack.write(files);
          await stack.declare(spec);
          const found = conditionOf(await stack.reaches(reason), 'Ready');
          match(textAt(found, 'message'), message);
        }),
      );
      await until('nothing of what failed to be left', () =>
        readdirSync(join(server.directory, 'data/infra/stacks')).length === 0 ? true : undefined,
      );
    });

    testOnce('what the API does not take is refused at its field', async () => {
      const post = async (spec: Readonly<Record<string, unknown>>) =>
        await server.admin.post('/apis/plinth.dev/v1alpha1/namespaces/default/stacks', {
          apiVersion: 'plinth.dev/v1alpha1',
          kind: 'Stack',
          metadata: { name: 'refused' },
          spec: { source: { directory: { path: '/x' } }, ...spec },
        });
      const cases: readonly (readonly [Readonly<Record<string, unknown>>, RegExp])[] = [
        [{ source: {} }, /spec\.source: .*exactly one of directory, git, module and upload/],
        [
          { source: { git: { url: 'https://me:hunter2@host/x.git' } } },
          /spec\.source\.git\.url: .*must not hold credentials/,
        ],
        [
          { source: { module: { source: 'a/b/c', version: 'latest' } } },
          /spec\.source\.module\.version: .*such as ~> 1\.2/,
        ],
        [{ workingDirectory: '../x' }, /spec\.workingDirectory: .*inside the source/],
        [{ variables: [{ name: 'a' }] }, /spec\.variables\[0\]: .*exactly one of value/],
        [
          { environment: [{ name: 'TF_CLI_ARGS', value: '-x' }] },
          /spec\.environment\[0\]\.name: .*set by Plinth/,
        ],
        [{ drift: { schedule: 'never' } }, /spec\.drift\.schedule/],
      ];
      for (const [spec, message] of cases) {
        const { status, text } = await post(spec);
        equal(status, 422, text);
        match(text, message);
        ok(!text.includes('hunter2'));
      }
    });

    testOnce('drift is looked for when that is due, also when nobody was there then', async () => {
      const stack = bench('drifting');
      stack.write({ 'main.tf': item('file', '"kept"') });
      await stack.declare();
      await stack.reaches('Applied');
      await stack.declare({ drift: { schedule: '@daily', policy: 'propose' } });
      const long = { status: { drift: { checkedAt: '2026-01-01T00:00:00Z', drifted: 0, addresses: [] } } };
      const merge = { contentType: 'application/merge-patch+json', body: long };
      equal((await server.admin.send('PATCH', `${stack.path}/status`, merge)).status, 200);
      const looked = await until('drift to be looked for', async () => {
        const now = await stack.read();
        return textAt(conditionOf(now, 'Drifted'), 'reason') === '' ? undefined : now;
      });
      equal(textAt(conditionOf(looked, 'Drifted'), 'reason'), 'AsDeclared');
      equal(at(looked, 'status', 'drift', 'drifted'), 0);
      equal(textAt(conditionOf(looked, 'Ready'), 'reason'), 'Applied', 'a look changes nothing');
      match(await stack.log(textAt(looked, 'status', 'driftRun')), /No changes|Refresh/);
    });

    test('deleting a stack keeps what it made, or destroys it where that is wanted and not protected', async () => {
      const kept = bench('kept');
      kept.write({ 'main.tf': item('one', '"x"') });
      await kept.declare();
      await kept.reaches('Applied');
      equal((await server.admin.delete(kept.path)).status, 200);
      await kept.isGone();
      const state = await server.admin.get('/terraform/state/default/kept');
      equal(listAt(state.json, 'resources').length, 1);

      const gone = bench('gone');
      gone.write({ 'main.tf': item('one', '"x"') });
      await gone.declare({ deletionPolicy: 'Destroy' });
      await gone.reaches('Applied');
      const refused = await server.admin.delete(gone.path);
      equal(refused.status, 403, refused.text);
      match(refused.text, /destroyProtection is true: set it to false first/);
      await gone.declare({ deletionPolicy: 'Destroy', destroyProtection: false });
      equal((await server.admin.delete(gone.path)).status, 200);
      await gone.isGone();
      const empty = await server.admin.get('/terraform/state/default/gone');
      equal(listAt(empty.json, 'resources').length, 0);
    });

    testOnce('runs and their states are told in the audit log, and a plan writes no state', async () => {
      const stack = bench('audited');
      const from = server.kernel.store.logs.end('default/audit');
      stack.write({ 'main.tf': item('one', '"x"') });
      await stack.declare();
      const run = textAt(await stack.reaches('Applied'), 'status', 'run');
      stack.write({ 'main.tf': item('one', '"y"') });
      await stack.reaches('Applied', run);
      const entries = await entriesFrom(server, from);
      const actions = entries
        .filter((entry) => at(entry, 'subject') === '/terraform/state/default/audited')
        .map((entry) => textAt(entry, 'data', 'action'));
      const once = ['lock', 'unlock', 'lock', 'write', 'unlock'];
      deepEqual(
        actions.filter((action) => action !== 'read'),
        [...once, ...once],
      );
      ok(actions.includes('read'));
    });
  });
}

/** The entries of the audit log from a place on, however many of them are read at once. */
async function entriesFrom(server: TestServer, from: number): Promise<unknown[]> {
  const { logs } = server.kernel.store;
  const entries: unknown[] = [];
  for (let at = from; ; ) {
    const read = await logs.read('default/audit', at, 500);
    if (read.length === 0) return entries;
    at += read.length;
    for (const { value } of read) entries.push(JSON.parse(value));
  }
}

function filesBelow(directory: string): string {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');
}
