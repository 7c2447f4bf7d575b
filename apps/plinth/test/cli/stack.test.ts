import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { infraCapability } from '@plinth/infra';
import { at, listAt, textAt } from '../harness/https-client.ts';
import { makeTenant } from '../harness/tenants.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { installProvider } from '../terraform/installed-provider.ts';
import { item, StackBench } from '../terraform/stacks.ts';
import { missingProgram, terraform } from '../terraform/terraform-program.ts';
import { answerOf, type Ended, place, plinth, Running } from './program.ts';

const always = { approval: { when: 'Always' } };
const rollbackPolicy = {
  apiVersion: 'plinth.dev/v1alpha1',
  kind: 'ChangePolicy',
  metadata: { name: 'rollbacks' },
  spec: {
    match: [{ apiGroups: ['plinth.dev'], kinds: ['TerraformRollback'] }],
    approvals: [{ groups: ['platform-leads'], count: 1 }],
  },
};

describe('plinth stack', { concurrency: 4, skip: missingProgram(terraform) }, () => {
  let server: TestServer;
  let data: string;
  const users = new Map<string, string>();
  const configuration = process.env['TF_CLI_CONFIG_FILE'];
  const bench = (name: string): StackBench => new StackBench(() => server.admin, server.directory, name);

  before(async () => {
    process.env['TF_CLI_CONFIG_FILE'] = installProvider(
      place(),
      'disk',
      new URL('../terraform/file-provider.ts', import.meta.url),
    );
    // As `npm start` names it: programs work in directories of their own.
    data = join(place(), 'data');
    const dataDirectory = relative(process.cwd(), data);
    server = await startTestServer({ capabilities: [infraCapability], dataDirectory });
    for (const [user, group] of [
      ['lee', 'system:masters'],
      ['vera', 'nobody'],
    ] as const) {
      const issued = await plinth(['kubeconfig', '--data', data, '--user', user, '--group', group]);
      users.set(user, join(server.directory, `${user}.kubeconfig`));
      writeFileSync(users.get(user) ?? '', issued.stdout);
    }
  });
  after(async () => {
    if (configuration === undefined) delete process.env['TF_CLI_CONFIG_FILE'];
    else process.env['TF_CLI_CONFIG_FILE'] = configuration;
    await server.close();
    deepEqual(server.faults, []);
  });

  const args = (words: string, ...rest: string[]): string[] => ['stack', ...words.split(' '), ...rest];
  const cli = async (words: string, user = ''): Promise<Ended> =>
    await plinth(args(words), { env: { KUBECONFIG: users.get(user) ?? join(data, 'kubeconfig') } });
  const start = (words: string): Running =>
    new Running(args(words), { env: { KUBECONFIG: join(data, 'kubeconfig') } });
  const good = async (words: string, user = ''): Promise<string> => {
    const { code, stdout, stderr } = await cli(words, user);
    equal(code, 0, `${words}: ${stdout}${stderr}`);
    return stdout;
  };

  test('apply waits for somebody else, approve takes exactly the plan that was looked at, and zero changes are none', async () => {
    const stack = bench('net');
    stack.write({
      'main.tf': `${item('one', '"first"')}output "said" {\n  value = terraform_data.one.input\n}\n`,
    });
    await stack.declare(always);
    await stack.reaches('WaitingForApproval');
    const applying = start('apply net');
    const [, digest = ''] = await applying.output(
      /^Next: plinth stack approve net --digest ([0-9a-f]{12}) {3}\(by somebody else\)$/m,
    );
    match(applying.stdout, /\+ terraform_data\.one {2}create/);
    match(applying.stdout, /^Waits for approval of anybody but plinth-admin \(0 of 1\)$/m);
    equal((await cli('apply net --wait 0')).code, 3);

    const own = await cli(`approve net --digest ${digest}`);
    deepEqual(
      [own.code, /is the author; somebody else has to decide/.test(own.stderr)],
      [1, true],
      own.stderr,
    );
    const other = await cli('approve net --digest 0123456789ab', 'lee');
    equal(other.code, 1);
    match(other.stderr, /another plan took the place of 0123456789ab: the one that waits has the digest /);
    const approved = await good(`approve net --digest ${digest}`, 'lee');
    match(approved, /^Digest [0-9a-f]{12} · revision [0-9a-f]{12} · no state yet · policies [0-9a-f]{12}$/m);
    match(approved, new RegExp(`✓ Stack/net approved: 1 to create, 1 output \\(digest ${digest}\\)`));

    const ended = await applying.ended;
    equal(ended.code, 0, ended.stderr);
    match(ended.stdout, /✓ Stack\/net applied: 1 to create, 1 output; state serial 1/);
    match(ended.stdout, /^ {2}said = "first"$/m);
    match(ended.stderr, /── apply\n[^]*terraform_data\.one: Creation complete/);
    match(await good('apply net'), /^✓ Nothing to do: what is there is what is declared at [0-9a-f]{12}$/m);
    const again = answerOf(await cli('apply net --json'));
    deepEqual([again['outcome'], again['serial']], ['no-changes', 1]);
    const nothing = await cli('approve net', 'lee');
    match(nothing.stderr, /stack net waits for no approval\. UpToDate: nothing to change at/);
  });

  test('what is rejected is not applied, and says so to who waits', async () => {
    const stack = bench('refused');
    stack.write({ 'main.tf': item('one', '"first"') });
    await stack.declare(always);
    const applying = start('apply refused');
    await applying.output(/^Next: plinth stack approve/m);
    match(
      await good('approve refused --reject --reason no', 'lee'),
      /✗ Stack\/refused rejected: 1 to create/,
    );
    const { code, stderr } = await applying.ended;
    equal(code, 1);
    match(
      stderr,
      /stack refused is not applied: ApprovalRejected: .*\n {2}hint: plinth stack plan refused --new/,
    );
    match(await good('plan refused'), /^ApprovalRejected: [^]*Next: plinth stack plan refused --new/m);
  });

  test('plan --new plans what the source has now and waits, also where nobody is asked; apply then applies it', async () => {
    const stack = bench('free');
    stack.write({ 'main.tf': item('one', '"first"') });
    await stack.declare({ interval: '1h' });
    await stack.reaches('Applied');
    equal((await cli('plan free --detailed-exitcode')).code, 0, 'what was applied is nothing to do');
    stack.write({ 'main.tf': item('one', '"second"') });
    const planned = await cli('plan free --new --detailed-exitcode');
    equal(planned.code, 2, planned.stderr);
    match(planned.stdout, /^Stack default\/free at [0-9a-f]{12}: 1 to update$/m);
    match(planned.stdout, /~ input: "first" -> "second"/);
    match(planned.stdout, /^Next: plinth stack apply free /m);
    match(planned.stderr, /── init\n[^]*── plan\n[^]*Plan: 0 to add, 1 to change/);
    equal(at(await stack.read(), 'status', 'applied', 'serial'), 1, 'nothing is applied');
    match(
      await good('plan free --form markdown --forge gitlab'),
      /^\*\*Update: 1\*\*\n\n```diff\n~ terraform_data\.one/m,
    );
    match(await good('plan free --form json'), /"resource_changes"/);
    const told = answerOf(await cli('plan free --json'));
    deepEqual(at(told, 'changes', 'counts', 'update'), 1);
    const [changed] = listAt(told, 'changes', 'resources');
    deepEqual(listAt(changed, 'attributes')[0], {
      path: 'input',
      before: '"first"',
      after: '"second"',
      forcesReplacement: false,
    });
    match(await good('apply free'), /✓ Stack\/free applied: 1 to update; state serial 1 -> 2/);
    const [, first] = listAt(await stack.read(), 'status', 'history').toReversed();
    match(await good(`plan free --run ${textAt(first, 'run')}`), /1 to update/);
    equal(textAt(first, 'headline'), '1 to update');
  });

  test('drift is looked for now, and told by address and attribute', async () => {
    const stack = bench('disk');
    const file = join(server.directory, 'file.txt');
    stack.write({
      'main.tf': `terraform {\n  required_providers {\n    disk = { source = "test.invalid/acme/disk" }\n  }\n}\nresource "disk_file" "one" {\n  path = "${file}"\n  text = "declared"\n}\n`,
    });
    await stack.declare({ drift: { schedule: '0 0 1 1 *' } });
    await stack.reaches('Applied');
    equal(readFileSync(file, 'utf8'), 'declared');
    match(await good('drift disk'), /drift has not been looked for\nNext: plinth stack drift disk --now/);
    match(await good('drift disk --now'), /^Stack default\/disk: nothing was changed outside of Terraform$/m);
    writeFileSync(file, 'by hand');
    const drifted = await cli('drift disk --now --detailed-exitcode');
    equal(drifted.code, 2, drifted.stderr);
    match(
      drifted.stdout,
      /1 resource was changed outside of Terraform\n {2}~ disk_file\.one\n {6}text: "declared" -> "by hand"\n/,
    );
    match(
      drifted.stdout,
      /Looked for \S+Z \(\d+ s ago\), by schedule 0 0 1 1 \*\nNext: plinth stack plan disk --new/,
    );
    equal(
      textAt(await stack.read(), 'status', 'plan', 'headline'),
      '1 to create',
      'the plan that was applied stays',
    );
    const told = answerOf(await cli('drift disk --json'));
    deepEqual(at(told, 'drift', 'addresses'), ['disk_file.one']);
    match(await good('list'), /✓ disk +Applied +1 to create +1 +1 /);
    match(await good('apply disk'), /✓ Stack\/disk applied: 1 to update/);
    equal(readFileSync(file, 'utf8'), 'declared');
  });

  test('a look that fails is told as that, and leaves what was known', async () => {
    const stack = bench('broken');
    stack.write({ 'main.tf': item('one', '"first"') });
    await stack.declare({ interval: '1h' });
    await stack.reaches('Applied');
    const lock = { ID: 'held', Operation: 'OperationTypeApply', Who: 'ada@laptop' };
    const path = '/terraform/state/default/broken';
    equal((await server.admin.send('LOCK', path, { body: lock })).status, 200);
    const versions = await good('state broken');
    match(versions, /^Locked by plinth-admin for apply since .*, ada@laptop \(lock held\)$/m);
    match((await cli('state broken --unlock other')).stderr, /lock other does not hold any more/);
    const refused = await cli('state broken --unlock held', 'vera');
    equal(refused.code, 1, 'who may not');
    const freed = await cli('state broken --unlock held');
    match(freed.stderr, /^Locked by plinth-admin for apply/);
    match(freed.stdout, /✓ State default\/broken is not locked any more/);
    equal(
      at(
        (await server.admin.get(`/apis/plinth.dev/v1alpha1/namespaces/default/terraformstates/broken`)).json,
        'status',
        'lock',
      ),
      undefined,
    );
    stack.write({ 'main.tf': 'resource "x" {\n' });
    const asked = await cli('plan broken --new');
    equal(asked.code, 1);
    match(asked.stderr, /made no plan: terraform init: main\.tf:1: .*\n {2}hint: /);
    equal((await cli('drift broken --now')).code, 1);
    const unknown = await cli('drift broken');
    match(unknown.stderr, /^The last look failed: run \S+ could not find it out: terraform init/);
  });

  test('versions of the state, what differs, and a way back that somebody approves', async () => {
    const stack = bench('versions');
    stack.write({ 'main.tf': item('one', '"first"') });
    await stack.declare();
    const run = textAt(await stack.reaches('Applied'), 'status', 'run');
    stack.write({ 'main.tf': item('one', '"second"') + item('two', '"x"') });
    await stack.reaches('Applied', run);
    const shown = await good('state versions');
    match(shown, /^State default\/versions: serial \d · 2 resources · Terraform \d/m);
    match(shown, new RegExp(`^1 +\\S+Z \\(\\d+ \\w+ ago\\) +runs/default/${run} +1$`, 'm'));
    const newest = Number(at(await stack.read(), 'status', 'applied', 'serial'));
    const differs = /~ terraform_data\.one\n {6}input\.value: "first" -> "second"[^]*\+ terraform_data\.two/;
    match(await good(`state versions --diff 1..${newest}`), differs);
    const told = answerOf(await cli(`state versions --diff 1..${newest} --json`));
    deepEqual([told['from'], told['to'], listAt(told, 'resources').length], [1, newest, 2]);
    match((await cli('state versions --diff 1..99')).stderr, /there is no serial 99; there are 1 to/);
    match((await cli('state versions --rollback 99')).stderr, /cannot go back to serial 99: its newest is/);
    const policy = await server.admin.post('/apis/plinth.dev/v1alpha1/changepolicies', rollbackPolicy);
    equal(policy.status, 201, policy.text);
    const rollback = await good('state versions --rollback 1');
    match(rollback, /goes back from serial \d to 1 of \S+: 2 resources differ/);
    match(rollback, /Needs: .*platform-leads/);
    match(rollback, /^Next: plinth approve plan-\w+ {3}\(by somebody else\)$/m);
  });

  test('what policies find stands below the plan, and what they deny fails', async () => {
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
    equal((await server.admin.post('/apis/plinth.dev/v1alpha1/planpolicies', policy)).status, 201);
    const stack = bench('judged');
    stack.write({ 'main.tf': item('one', '"forbidden"') });
    await stack.declare({ interval: '1h' }, { judged: 'yes' });
    await stack.reaches('PolicyDenied');
    const { code, stdout } = await cli('plan judged --new');
    equal(code, 1);
    match(
      stdout,
      /^Policies: 1 denied\n {2}✗ high {5}inputs\/no-secrets at terraform_data\.one[^\n]*\n {6}Take it out\.\n/m,
    );
    match(stdout, /^PolicyDenied: [^\n]*\nNext: plinth stack plan judged {3}\(change the configuration, or/m);
    const [finding] = listAt(answerOf(await cli('plan judged --json')), 'policy', 'findings');
    deepEqual(
      ['effect', 'policy', 'check', 'address', 'remedy'].map((field) => textAt(finding, field)),
      ['deny', 'inputs', 'no-secrets', 'terraform_data.one', 'Take it out.'],
    );
    match(
      (await cli('apply judged')).stderr,
      /stack judged is not applied: PolicyDenied: policies deny the plan: /,
    );
  });

  test('what stands in the way is named, and what to do', async () => {
    const held = bench('held');
    held.write({ 'main.tf': item('one', '"x"') });
    await held.declare({ suspend: true });
    const later = bench('later');
    later.write({ 'main.tf': 'variable "v" {}\n' });
    await later.declare({ variables: [{ name: 'v', stackOutputRef: { name: 'held', output: 'o' } }] });
    await later.reaches('WaitingForStack');
    deepEqual(at(await later.read(), 'status', 'dependencies'), [{ name: 'held', outputs: ['o'] }]);
    const cases: readonly (readonly [words: string, code: number, message: RegExp, user?: string])[] = [
      ['apply held', 1, /stack held is suspended[^]*hint: let it go on: kubectl patch stack held/],
      ['plan later --new', 1, /cannot be planned now: WaitingForStack: Stack default\/held comes first/],
      ['plan hled', 1, /there is no stack hled in namespace default\n {2}hint: did you mean held\?/],
      [
        'plan held -n other',
        1,
        /no stack held in namespace other\n {2}hint: there is one in namespace default: add -n default/,
      ],
      ['drift held --now', 1, /is suspended/],
      ['drift later --now', 1, /nothing of stack later has been applied/],
      ['state held', 1, /has no state yet: nothing has been applied/],
      ['plan held', 1, /"vera" cannot get resource "stacks"[^]*hint: ask for a role/, 'vera'],
      ['paln held', 2, /cannot "paln"\n {2}hint: did you mean plan\?/],
      ['held', 2, /of a stack of that name: plinth stack plan held/],
      ['plan', 2, /NAME is missing/],
      [
        'plan held --now',
        2,
        /--now does not go with plinth stack plan\n {2}hint: it is of plinth stack drift/,
      ],
      ['state held --diff 1', 2, /--diff cannot be "1"/],
      ['state held --serial 1 --unlock x', 2, /--serial and --unlock do not go together/],
      ['plan held --forge github', 2, /--forge goes with --form markdown/],
      ['apply held --wait soon', 2, /--wait cannot be "soon"/],
    ];
    for (const [words, code, message, user] of cases) {
      const ended = await cli(words, user);
      match(ended.stderr, message, words);
      equal(ended.code, code, words);
    }
    match(await good('plan held'), /has no plan yet\.\nSuspended: [^]*Next: kubectl patch stack held/);
  });

  test('a tenant has no stacks, and hears where they are', async () => {
    await makeTenant(server, 'acme');
    const issued = await plinth(['kubeconfig', '--data', data, '--tenant', 'acme']);
    users.set('acme', join(server.directory, 'acme.kubeconfig'));
    writeFileSync(users.get('acme') ?? '', issued.stdout);
    for (const words of ['list', 'plan net']) {
      const { code, stderr } = await cli(words, 'acme');
      equal(code, 1);
      match(stderr, /is a tenant, and tenants have no stacks[^]*hint: take the kubeconfig of the host/);
    }
  });

  test('the list says where each stands, by mark and word', async () => {
    const listed = await good('list -A');
    match(listed, /^ {2}NAMESPACE +NAME +STATUS +PLAN +SERIAL +DRIFT +AGE$/m);
    match(listed, /^! default +held +Suspended/m);
    const { stacks } = answerOf(await cli('list --json'));
    ok(Array.isArray(stacks) && stacks.some((one) => at(one, 'name') === 'held'));
  });
});
