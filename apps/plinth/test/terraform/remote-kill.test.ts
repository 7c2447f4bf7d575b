import { deepEqual, equal, match, notEqual } from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemRandom } from '@plinth/kernel';
import { ServerProcess } from '../faults/server-process.ts';
import { at, listAt, textAt } from '../harness/https-client.ts';
import { until } from '../harness/until.ts';
import { declareRemoteStack, RemoteWorkspace } from './remote-workspace.ts';
import { missingProgram, terraform } from './terraform-program.ts';

const resources = 6;

test('kill -9 during an apply that terraform started: nothing is made twice or lost, and the next apply goes on', {
  skip: missingProgram(terraform),
}, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'plinth-remote-kill-'));
  const dataDirectory = join(directory, 'data');
  const notes = join(directory, 'notes');
  const made = (): number[] =>
    existsSync(notes) ? readFileSync(notes, 'utf8').trim().split('\n').map(Number) : [];
  let server = await ServerProcess.start(dataDirectory);
  try {
    const token = await declareRemoteStack(server, {});
    const open = async (name: string, count: number): Promise<RemoteWorkspace> => {
      const place = { directory: join(directory, name), dataDirectory, token };
      const workspace = await RemoteWorkspace.open(server, place);
      workspace.write('main.tf', configuration(count, notes));
      return workspace;
    };
    const first = (await open('first', resources)).start('apply', '-auto-approve');
    const killAt = 1 + systemRandom.below(resources - 1);
    await until(`${killAt} to be made`, () => (made().length >= killAt ? true : undefined));
    await server.end('SIGKILL');
    // Terraform ends with an error, or asks for minutes for a server that is gone, by what it is at; the run needs neither.
    first.child.kill('SIGKILL');
    notEqual((await first.ended).exitCode, 0);
    server = await ServerProcess.start(dataDirectory);
    const stack = await until('the run to have ended', async () => {
      const { json } = await server.admin.get('/apis/plinth.dev/v1alpha1/namespaces/prod/stacks/web');
      const [entry] = at(json, 'status', 'history') === undefined ? [] : listAt(json, 'status', 'history');
      return entry === undefined ? undefined : json;
    });
    deepEqual(
      listAt(stack, 'status', 'history').map((entry) => textAt(entry, 'outcome')),
      ['ApplyInterrupted'],
    );
    // Who started it is asked what to do: nothing is planned anew by itself.
    equal(textAt(listAt(stack, 'status', 'conditions')[0], 'reason'), 'ApplyInterrupted');
    equal(readdirSync(join(dataDirectory, 'infra/stacks')).length, 0);
    const states = '/apis/plinth.dev/v1alpha1/namespaces/prod/terraformstates/web';
    equal(at((await server.admin.get(states)).json, 'status', 'lock'), undefined, 'nobody holds the lock');
    const { output, exitCode } = await (await open('second', resources + 1)).terraform(
      'apply',
      '-auto-approve',
    );
    equal(exitCode, 0, output);
    match(output, /Apply complete! Resources: \d added, 0 changed, 0 destroyed/);
    deepEqual(
      made().sort((a, b) => a - b),
      Array.from({ length: resources + 1 }, (_, i) => i),
      'each is made once',
    );
    const state = await server.admin.get('/terraform/state/prod/web');
    equal(listAt(state.json, 'resources', '0', 'instances').length, resources + 1);
    t.diagnostic(`killed when ${killAt} of ${resources} were made`);
  } finally {
    await server.end('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  }
});

/** Resources that note in a file that they were made, each once by its name. */
function configuration(count: number, notes: string): string {
  return `resource "terraform_data" "one" {
  count = ${count}
  provisioner "local-exec" {
    command = "sleep 0.2; echo $\{count.index} >> ${notes}"
  }
}
`;
}
