import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { infraCapability } from '@plinth/infra';
import { at, textAt } from '../harness/https-client.ts';
import { startTestServer } from '../harness/test-server.ts';
import { conditionOf, item, StackBench } from './stacks.ts';
import { missingProgram, tofu } from './terraform-program.ts';

const phrase = 'canary-77a1-phrase';

/** What only OpenTofu takes: variables that decide where a module is and how the state is encrypted. */
const configuration = `variable "part" { type = string }
variable "phrase" { type = string }
terraform {
  encryption {
    key_provider "pbkdf2" "stack" {
      passphrase = var.phrase
      iterations = 200000
    }
    method "aes_gcm" "stack" {
      keys = key_provider.pbkdf2.stack
    }
    state {
      method = method.aes_gcm.stack
    }
    plan {
      method = method.aes_gcm.stack
    }
  }
}
module "part" {
  source = "./parts/\${var.part}"
}
output "said" { value = module.part.said }
`;

test('a stack of OpenTofu has variables where its modules are, and encrypts its state; who takes its outputs is told so', {
  skip: missingProgram(tofu),
}, async () => {
  const server = await startTestServer({ capabilities: [infraCapability] });
  try {
    await server.admin.post('/api/v1/namespaces/default/secrets', {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'state' },
      data: { phrase: Buffer.from(phrase).toString('base64') },
    });
    const stack = new StackBench(() => server.admin, server.directory, 'sealed', tofu);
    stack.write({
      'main.tofu': configuration,
      // OpenTofu does not read it.
      'main.tf': 'this is for terraform',
      'parts/one/main.tf': `${item('one', '"first"')}output "said" { value = terraform_data.one.input }\n`,
    });
    const spec = {
      variables: [
        { name: 'part', value: 'one' },
        { name: 'phrase', secretKeyRef: { name: 'state', key: 'phrase' } },
      ],
    };
    await stack.declare({ ...spec, approval: { when: 'Always' } });
    await stack.reaches('WaitingForApproval');
    const plan = await stack.plan('?form=json');
    match(plan, /module\.part\.terraform_data\.one/);
    ok(!plan.includes(phrase));
    await stack.approve(server.as('lee', ['system:masters']));
    const applied = await stack.reaches('Applied');
    equal(at(applied, 'status', 'applied', 'serial'), 1);
    deepEqual(at(applied, 'status', 'outputs'), []);
    const state = await server.admin.get('/terraform/state/default/sealed');
    equal(at(state.json, 'encryption_version'), 'v0');
    ok(!state.text.includes('first'));

    const other = new StackBench(() => server.admin, server.directory, 'other', tofu);
    other.write({ 'main.tf': 'variable "said" { type = string }\n' });
    await other.declare({
      variables: [{ name: 'said', stackOutputRef: { name: 'sealed', output: 'said' } }],
    });
    match(
      textAt(conditionOf(await other.reaches('ValueMissing'), 'Ready'), 'message'),
      /Stack default\/sealed: OpenTofu has encrypted the state .* so that its outputs cannot be read/,
    );
    ok(!(await server.storedText()).includes(phrase));

    await stack.declare({ ...spec, deletionPolicy: 'Destroy', destroyProtection: false });
    equal((await server.admin.delete(stack.path)).status, 200);
    await stack.isGone();
  } finally {
    await server.close();
  }
  deepEqual(server.faults, []);
});
