import { deepEqual, equal, ok } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemRandom } from '@plinth/kernel';
import { ServerProcess } from '../faults/server-process.ts';
import { at, listAt, textAt } from '../harness/https-client.ts';
import { until } from '../harness/until.ts';
import { StackBench } from './stacks.ts';
import { missingProgram, terraform } from './terraform-program.ts';

const kills = Number(process.env['PLINTH_STACK_KILLS'] ?? 3);
/** Resources of each round. */
const resources = 6;

/**
 * Resources that note in a file that they were made, each once by its name: so a second apply of one plan is seen, and a lost state
 * is, too, because the next plan would make them anew.
 */
function configuration(count: number, notes: string): string {
  return `resource "terraform_data" "one" {
  count = ${count}
  provisioner "local-exec" {
    command = "sleep 0.2; echo $\{count.index} >> ${notes}"
  }
}
`;
}

test(`kill -9 at ${kills} random instants of applies: nothing is made twice, no serial and no lock is lost`, {
  skip: missingProgram(terraform),
}, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'plinth-stack-kill-'));
  const data = join(directory, 'data');
  const notes = join(directory, 'notes');
  let server = await ServerProcess.start(data);
  const stack = new StackBench(() => server.admin, directory, 'killed');
  let interrupted = 0;
  try {
    let count = 0;
    for (let kill = 0; kill < kills; kill++) {
      count += resources;
      stack.write({ 'main.tf': configuration(count, notes) });
      if (kill === 0) await stack.declare();
      const before = await applyingRun(stack);
      const killAt = count - systemRandom.below(resources + 1);
      await until(`${killAt} to be made`, () => (madeIn(notes).length >= killAt ? true : undefined));
      await server.end('SIGKILL');
      server = await ServerProcess.start(data);
      const ready = await until('everything to be made', async () => {
        const now = await stack.read();
        const isReady = listAt(now, 'status', 'conditions').some((one) => at(one, 'status') === 'True');
        return isReady && madeIn(notes).length >= count ? now : undefined;
      });
      if (textAt(ready, 'status', 'run') !== before) interrupted++;
      const made = madeIn(notes);
      deepEqual(
        made.sort((a, b) => a - b),
        Array.from({ length: count }, (_, i) => i),
        'each is made once',
      );
      const state = await server.admin.get('/terraform/state/default/killed');
      equal(listAt(state.json, 'resources', '0', 'instances').length, count);
      const object = await server.admin.get(
        '/apis/plinth.dev/v1alpha1/namespaces/default/terraformstates/killed',
      );
      equal(at(object.json, 'status', 'lock'), undefined, 'nobody holds the lock');
      equal(readdirSync(join(data, 'infra/stacks')).length, 0);
      equal(programsOf(directory), '');
    }
    ok(interrupted <= kills);
    t.diagnostic(`${interrupted} of ${kills} applies were interrupted; ${count} resources, each made once`);
  } finally {
    await server.end('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  }
});

/** Which resources were made, in that order. */
function madeIn(notes: string): number[] {
  return existsSync(notes) ? readFileSync(notes, 'utf8').trim().split('\n').map(Number) : [];
}

/** Waits until an apply is under way. @returns its run */
async function applyingRun(stack: StackBench): Promise<string> {
  return textAt(await stack.reaches('Applying'), 'status', 'run');
}

/** Programs that still work for it. */
function programsOf(directory: string): string {
  const all = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
  return all
    .split('\n')
    .filter((line) => line.startsWith('terraform') && line.includes(directory))
    .join('\n');
}
