import { deepEqual, equal, ok } from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { infraCapability } from '@plinth/infra';
import { startTestServer } from '../harness/test-server.ts';
import { declareRemoteStack, RemoteWorkspace } from './remote-workspace.ts';
import { missingProgram, terraform } from './terraform-program.ts';

const canary = 'canary-9d14e7-value';
/** A value that somebody gives on the command line, which is refused. */
const onTheLine = 'canary-77c0d1-line';
/** A value that somebody has in a file of the directory. */
const written = 'canary-30b2aa-file';

const source = `variable "password" { type = string }
variable "token" {
  type      = string
  sensitive = true
}
resource "terraform_data" "base" {
  input = "db $\{var.password} $\{var.token}"
  provisioner "local-exec" {
    command = "echo base $PASSWORD; echo '$\{var.password}' | base64"
  }
}
output "dsn" {
  value     = terraform_data.base.output
  sensitive = true
}
`;

test('what a stack knows of a Secret is in no terminal, log or file, nor is a configuration that was uploaded', {
  skip: missingProgram(terraform),
}, async () => {
  const server = await startTestServer({ capabilities: [infraCapability] });
  try {
    const ref = { secretKeyRef: { name: 'database', key: 'password' } };
    const token = await declareRemoteStack(server, {
      variables: [{ name: 'password', ...ref }],
      environment: [{ name: 'PASSWORD', ...ref }],
    });
    const secret = await server.admin.post('/api/v1/namespaces/prod/secrets', {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'database' },
      data: { password: Buffer.from(canary).toString('base64') },
    });
    equal(secret.status, 201);
    const place = {
      directory: join(server.directory, 'work'),
      dataDirectory: join(server.directory, 'data'),
      token,
    };
    const workspace = await RemoteWorkspace.open(server, place);
    workspace.write('main.tf', source);
    workspace.write('terraform.tfvars', `token = "${written}"\n`);
    const refused = await workspace.terraform('plan', '-var', `password=${onTheLine}`);
    equal(refused.exitCode, 1, refused.output);
    const told = [
      await workspace.terraform('plan'),
      await workspace.terraform('plan', '-out=saved.plan'),
      await workspace.terraform('show', '-json', 'saved.plan'),
      await workspace.terraform('apply', 'saved.plan'),
      await workspace.terraform('apply', '-auto-approve'),
    ];
    deepEqual(
      told.map(({ exitCode }) => exitCode),
      [0, 0, 0, 0, 0],
      told.map(({ output }) => output).join('\n'),
    );
    const { text: state } = await server.admin.get('/terraform/state/prod/web');
    ok(state.includes(`db ${canary} ${written}`), state);
    const seen = [
      ...told.map(({ output }) => output),
      await server.storedText(),
      filesBelow(join(server.directory, 'data/runs')),
      filesBelow(join(server.directory, 'data/infra')),
    ];
    for (const value of [
      canary,
      Buffer.from(`${canary}\n`).toString('base64').slice(0, 20),
      written,
      onTheLine,
    ]) {
      deepEqual(
        seen.map((text) => text.includes(value)),
        seen.map(() => false),
        value,
      );
    }
    ok(
      seen.some((text) => text.includes('base ***')),
      'what the program said of it was looked at',
    );
    ok(
      seen.some((text) => text.includes('ConfigurationVersion')),
      'the store was looked at',
    );
  } finally {
    await server.close();
  }
  deepEqual(server.faults, []);
});

function filesBelow(directory: string): string {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');
}
