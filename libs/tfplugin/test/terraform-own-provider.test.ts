import assert from 'node:assert/strict';
import { test } from 'node:test';
import { skipReason, TerraformSession } from './terraform-session.ts';

const account = (attributes: string): string => `resource "stub_account" "a" {\n${attributes}\n}\n`;

test('a diagnostic points at its attribute, and what is thrown becomes one', {
  skip: skipReason,
}, async (t) => {
  const terraform = new TerraformSession(t, import.meta.resolve('./programs/own.ts'));

  terraform.configure(account('mode = "odd"\nport {\n  number = 80\n}\nport {\n  number = 70000\n}'));
  const invalid = await terraform.run('validate');
  assert.equal(invalid.exitCode, 1);
  assert.match(
    invalid.text,
    /Error: Port out of range\n\n {2}with stub_account\.a,\n {2}on main\.tf line 12, in resource "stub_account" "a":\n {2}12: +number = 70000\n\nAt most 65535\./,
  );
  assert.match(invalid.text, /Warning: An odd mode[^]*line 7/);

  for (const [mode, expected] of [
    [
      'refuse',
      /Error: No more accounts\n\n {2}with stub_account\.a,\n {2}on main\.tf line 7[^]*Ask for more\./,
    ],
    ['crash', /Error: Applying stub_account failed[^]*the disk is on fire/],
    ['invalid plan', /Provider produced invalid plan[^]*stub_account\.a\.owner/],
    ['bad value', /Error: Planning stub_account failed[^]*id: expected string, found a list of 2/],
  ] as const) {
    terraform.configure(account(`mode = "${mode}"`));
    const failed = await terraform.run('apply', '-auto-approve');
    assert.equal(failed.exitCode, 1);
    assert.match(failed.text, expected);
  }

  terraform.configure(`provider "stub" {\n  password = "wrong"\n}\n${account('')}`);
  assert.match((await terraform.run('plan')).text, /Error: Wrong password[^]*line 7, in provider "stub":/);
});

test('a resource that was created by half is tainted, one that is gone is created again', {
  skip: skipReason,
}, async (t) => {
  const terraform = new TerraformSession(t, import.meta.resolve('./programs/own.ts'));
  terraform.configure(account('mode = "half"'));
  const half = await terraform.run('apply', '-auto-approve');
  assert.match(half.text, /Only half of it was created/);
  terraform.configure(account('owner = "nobody may"'));
  assert.match((await terraform.run('plan')).text, /is tainted, so must be replaced/);
  assert.equal((await terraform.run('untaint', 'stub_account.a')).exitCode, 0);

  assert.match((await terraform.run('apply', '-auto-approve')).text, /1 changed/);
  assert.equal(terraform.values('stub_account.a')['stamp'], 'updated, kept');
  assert.match((await terraform.run('destroy', '-auto-approve')).text, /Error: The account is protected/);
  assert.equal(terraform.values('stub_account.a')['owner'], 'nobody may');

  terraform.configure(account('owner = "gone"'));
  await terraform.run('apply', '-auto-approve', '-refresh=false');
  assert.match((await terraform.run('plan')).text, /stub_account\.a will be created/);
  assert.match(
    (await terraform.run('import', 'stub_account.b', 'x')).text,
    /Error: resource address "stub_account\.b" does not exist/,
  );
});

const stateOf = (type: string, provider: string, version: number, attributes: object): string =>
  JSON.stringify({
    version: 4,
    terraform_version: '1.11.4',
    serial: 1,
    lineage: 'a',
    outputs: {},
    resources: [
      {
        mode: 'managed',
        type,
        name: 'a',
        provider,
        instances: [{ schema_version: version, attributes, sensitive_attributes: [] }],
      },
    ],
  });

test('state of an older schema is upgraded, and a resource of another type is moved', {
  skip: skipReason,
}, async (t) => {
  const stub = 'provider["test.invalid/example/stub"]';
  const upgraded = new TerraformSession(t, import.meta.resolve('./programs/own.ts'));
  upgraded.write('terraform.tfstate', stateOf('stub_account', stub, 1, { identifier: 'i-1' }));
  upgraded.configure(account('owner = "from version 1"'));
  await upgraded.run('apply', '-auto-approve');
  assert.equal(upgraded.values('stub_account.a')['id'], 'i-1');

  const moved = new TerraformSession(t, import.meta.resolve('./programs/own.ts'));
  moved.write(
    'terraform.tfstate',
    stateOf('terraform_data', 'provider["terraform.io/builtin/terraform"]', 0, { id: 'd-1' }),
  );
  moved.configure(
    `moved {\n  from = terraform_data.a\n  to   = stub_account.a\n}\n${account('owner = "was terraform_data"')}`,
  );
  await moved.run('apply', '-auto-approve');
  assert.equal(moved.values('stub_account.a')['id'], 'd-1');
});

test('a provider does not outlive a terraform that is killed', { skip: skipReason }, async (t) => {
  const terraform = new TerraformSession(t, import.meta.resolve('./programs/own.ts'));
  terraform.configure(account('mode = "hang"'));
  await terraform.signalledOnce('provider.pid', 'SIGKILL', 'apply', '-auto-approve');
  await terraform.untilGone('provider.pid');
});

test('an interrupt stops the operation of the provider', { skip: skipReason }, async (t) => {
  const terraform = new TerraformSession(t, import.meta.resolve('./programs/own.ts'));
  terraform.configure(account('mode = "hang"'));
  const printed = await terraform.signalledOnce(
    'provider.pid',
    'SIGINT',
    'apply',
    '-auto-approve',
    '-no-color',
  );
  assert.match(printed, /Error: Stopped while it waited/);
});
