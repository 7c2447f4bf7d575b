import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { exampleSchema } from './example-schema.ts';
import { skipReason, TerraformSession } from './terraform-session.ts';

const clean = /No changes\. Your infrastructure matches the configuration/;

test('a resource is validated, created, changed, replaced and destroyed', { skip: skipReason }, async (t) => {
  const terraform = new TerraformSession(t, import.meta.resolve('./programs/stub.ts'));
  const network = (attributes: string): string => `resource "stub_network" "a" {\n${attributes}\n}\n`;

  terraform.configure(network('name = "hub"\nsizee = 1\ncidrr = "x"'));
  const refused = await terraform.run('validate');
  assert.equal(refused.exitCode, 1);
  assert.match(refused.text, /An argument named "cidrr" is not expected here\. Did you mean "cidr"\?/);

  terraform.configure(network('name = "hub"\nold_name = "b"'));
  const deprecated = await terraform.run('validate');
  assert.equal(deprecated.exitCode, 0, deprecated.text);
  assert.match(deprecated.text, /Argument is deprecated/);

  terraform.configure(
    network('name = "hub"\ncidr = "10.0.0.0/8"\nrate = 0.1\nsecret = "s3cret"\ntags = { owner = "ops" }'),
  );
  const created = await terraform.run('apply', '-auto-approve');
  assert.match(created.text, /Apply complete! Resources: 1 added, 0 changed, 0 destroyed/);
  assert.match(created.text, /secret\s+= \(sensitive value\)/);
  assert.doesNotMatch(created.text, /s3cret/);
  const first = terraform.values('stub_network.a');
  assert.match(String(first['id']), /^stub_network-[0-9a-f]{12}$/);
  assert.match(
    String(first['guid']),
    /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  assert.equal(first['location'], 'near hub');
  assert.equal(first['rate'], 0.1);
  assert.match((await terraform.run('plan')).text, clean);

  terraform.configure(network('name = "hub2"\ncidr = "10.0.0.0/8"\nrate = 123456789012345678901234567890.5'));
  const changed = await terraform.run('apply', '-auto-approve');
  assert.match(changed.text, /0 added, 1 changed, 0 destroyed/);
  const second = terraform.values('stub_network.a');
  assert.deepEqual(
    [second['id'], second['guid'], second['location']],
    [first['id'], first['guid'], 'near hub'],
  );
  assert.match(
    readFileSync(join(terraform.folder, 'terraform.tfstate'), 'utf8'),
    /123456789012345678901234567890\.5/,
  );
  assert.match((await terraform.run('plan')).text, clean);

  terraform.configure(network('name = "hub2"\ncidr = "10.1.0.0/16"'));
  const replaced = await terraform.run('apply', '-auto-approve');
  assert.match(replaced.text, /cidr\s+= "10\.0\.0\.0\/8" -> "10\.1\.0\.0\/16" # forces replacement/);
  assert.match(replaced.text, /1 added, 0 changed, 1 destroyed/);
  assert.notEqual(terraform.values('stub_network.a')['id'], first['id']);

  const destroyed = await terraform.run('destroy', '-auto-approve');
  assert.match(destroyed.text, /Destroy complete! Resources: 1 destroyed/);
});

test('an imported resource takes the configuration over, without being replaced', {
  skip: skipReason,
}, async (t) => {
  const terraform = new TerraformSession(t, import.meta.resolve('./programs/stub.ts'));
  terraform.configure('resource "stub_network" "a" {\n  name = "hub"\n  cidr = "10.0.0.0/8"\n}\n');
  const imported = await terraform.run('import', 'stub_network.a', 'net/1');
  assert.equal(imported.exitCode, 0, imported.text);
  const applied = await terraform.run('apply', '-auto-approve');
  assert.match(applied.text, /0 added, 1 changed, 0 destroyed/);
  const values = terraform.values('stub_network.a');
  assert.deepEqual([values['id'], values['cidr']], ['net/1', '10.0.0.0/8']);
  assert.match((await terraform.run('plan')).text, clean);
  terraform.configure('resource "stub_network" "a" {\n  name = "hub"\n  cidr = "10.2.0.0/16"\n}\n');
  assert.match((await terraform.run('plan')).text, /cidr .*# forces replacement/);
});

const allNestings = (note: string, token = ''): string => `
resource "stub_network" "n" {
  name = "n"
}
resource "stub_nested" "a" {
  one   = { key = "1", note = stub_network.n.id }
  many  = [{ key = "m1" }, { key = "m2", note = "${note}" }]
  some  = [{ key = "s1" }, { key = "s2" }]
  named = { x = { key = "x1" }, "a.b c" = { key = "x2" } }
  anything = { list = [1, "two", null], flag = true }
  rule {
    key = "r1"
    deep {
      key = "d1"
    }
    deep {
      key = "d2"
    }
  }
  rule {
    key  = "r2"
    note = "${note}"
  }
  peer {
    key = "p1"
  }
  peer {
    key = "p2"
  }
  zone "west" {
    key = "z1"
  }
  limits {
    key = "l1"
  }
  options {
    colour = "red"
  }
  loose {
    value = "text"
  }
  loose {
    value = [1, 2]
  }
  ${token}
}
`;

test('blocks and attributes of all nestings are applied, and plan clean afterwards', {
  skip: skipReason,
}, async (t) => {
  const terraform = new TerraformSession(t, import.meta.resolve('./programs/stub.ts'));
  terraform.configure(allNestings('first'));
  const created = await terraform.run('apply', '-auto-approve');
  assert.match(created.text, /Apply complete! Resources: 2 added/);
  const values = terraform.values('stub_nested.a');
  assert.match(JSON.stringify(values['rule']), /"key":"d2","note":null,"token":"token-[0-9a-f]{8}"/);
  assert.match(JSON.stringify(values['endpoints']), /"https:\/\/[0-9a-f]{12}\.example\.invalid\/"/);
  assert.match((await terraform.run('plan')).text, clean);

  terraform.configure(allNestings('second'));
  const changed = await terraform.run('apply', '-auto-approve');
  assert.match(changed.text, /0 added, 1 changed, 0 destroyed/);
  assert.match((await terraform.run('plan')).text, clean);

  terraform.configure(allNestings('second').replace('"r1"', '"r9"').replace('"p1"', '"p9"'));
  const planned = (await terraform.run('plan')).text;
  assert.match(planned, /key\s+= "r1" -> "r9" # forces replacement/);
  assert.match(planned, /key\s+= "p9" # forces replacement|peer \{ # forces replacement/);
});

test('blocks that are attributes plan clean, with and without them', { skip: skipReason }, async (t) => {
  const terraform = new TerraformSession(t, import.meta.resolve('./programs/stub.ts'));
  terraform.configure(`
resource "stub_security_group" "with" {
  name = "with"
  security_rule {
    name     = "ssh"
    priority = 100
    ports    = ["22"]
  }
  security_rule {
    name        = "web"
    description = "for all"
  }
  route {
    name = "out"
  }
  timeouts {
    create = "5m"
  }
}
resource "stub_security_group" "without" {
  name = "without"
}
resource "stub_security_group" "none" {
  name          = "none"
  security_rule = []
}
`);
  const created = await terraform.run('apply', '-auto-approve');
  assert.match(created.text, /Apply complete! Resources: 3 added/);
  assert.deepEqual(terraform.values('stub_security_group.without')['security_rule'], []);
  assert.match((await terraform.run('plan')).text, clean);
});

test('data sources, write-only values, ephemeral resources and functions', {
  skip: skipReason,
}, async (t) => {
  const terraform = new TerraformSession(t, import.meta.resolve('./programs/stub.ts'));
  terraform.configure(`
provider "stub" {
  region = "west"
}
data "stub_image" "a" {
  name = "debian"
  filter {
    name = "arch"
  }
}
ephemeral "stub_token" "a" {
  name = "door"
}
resource "stub_network" "a" {
  count               = 2
  name                = provider::stub::shout("hub", data.stub_image.a.owners[0])
  password_wo         = ephemeral.stub_token.a.value
  password_wo_version = 1
}
output "image" {
  value = data.stub_image.a
}
`);
  const applied = await terraform.run('apply', '-auto-approve');
  assert.match(applied.text, /Apply complete! Resources: 2 added/);
  const [one = {}, two = {}] = terraform.instances('stub_network.a');
  assert.match(String(one['name']), /^HUB OWNERS-/);
  assert.notEqual(one['id'], two['id']);
  assert.equal(one['password_wo'], null);
  const replanned = await terraform.run('plan');
  assert.match(replanned.text, clean);

  terraform.configure('output "w" {\n  value = provider::stub::whisper("a")\n}\n');
  const refused = await terraform.run('plan');
  assert.match(refused.text, /This stub does not compute\s+the function whisper/);
});

test('terraform prints the schema that the stub was given', { skip: skipReason }, async (t) => {
  const terraform = new TerraformSession(t, import.meta.resolve('./programs/stub.ts'));
  terraform.configure('resource "stub_network" "a" {\n  name = "hub"\n}\n');
  const { text } = await terraform.run('providers schema', '-json');
  // What is not said of a description is said to be plain.
  const printed: unknown = JSON.parse(
    text.replaceAll(',"description_kind":"plain"', '').replaceAll('"description_kind":"plain"', ''),
  );
  assert.deepEqual(printed, exampleSchema);
});

test('a stub is installed from a mirror, and can be mocked', { skip: skipReason }, async (t) => {
  const terraform = new TerraformSession(t, import.meta.resolve('./programs/stub.ts'));
  terraform.mirror();
  terraform.configure('resource "stub_network" "a" {\n  name = "hub"\n}\n');
  const initialized = await terraform.run('init');
  assert.match(initialized.text, /Installed test\.invalid\/example\/stub v1\.0\.0/);
  terraform.write('mocked.tftest.hcl', 'mock_provider "stub" {}\nrun "mocked" {}\n');
  assert.match((await terraform.run('test')).text, /Success! 1 passed, 0 failed/);
});

test('terraform test runs against a stub', { skip: skipReason }, async (t) => {
  const terraform = new TerraformSession(t, import.meta.resolve('./programs/stub.ts'));
  terraform.configure('variable "name" {}\nresource "stub_network" "a" {\n  name = var.name\n}\n');
  terraform.write(
    'network.tftest.hcl',
    `variables {
  name = "hub"
}
run "plans" {
  command = plan
  assert {
    condition     = stub_network.a.name == "hub"
    error_message = "the name is wrong"
  }
}
run "applies" {
  assert {
    condition     = startswith(stub_network.a.id, "stub_network-")
    error_message = "the id is wrong"
  }
}
`,
  );
  const tested = await terraform.run('test');
  assert.equal(tested.exitCode, 0, tested.text);
  assert.match(tested.text, /Success! 2 passed, 0 failed/);
});
