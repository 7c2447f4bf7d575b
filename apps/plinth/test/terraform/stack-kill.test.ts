import { deepEqual, equal, ok } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemRandom } from '@plinth/kernel';
import { ServerProcess } from '../faults/server-process.ts';
import { at, type HttpsClient, listAt, textAt } from '../harness/https-client.ts';
import { until } from '../harness/until.ts';
import { StackBench } from './stacks.ts';
import { missingProgram, terraform } from './terraform-program.ts';

/** The long form has more kills, of several applies each. */
const kills = Number(process.env['PLINTH_STACK_KILLS'] ?? 2);
const stacksAtOnce = Number(process.env['PLINTH_STACK_KILL_STACKS'] ?? 1);
/** Resources that each stack makes in a round. */
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

/** A stack whose applies are killed. */
class Victim {
  readonly stack: StackBench;
  readonly notes: string;
  count = 0;
  /** Runs whose applies were interrupted. */
  readonly interrupted = new Set<string>();

  constructor(admin: () => HttpsClient, directory: string, name: string) {
    this.stack = new StackBench(admin, directory, name);
    this.notes = join(directory, `${name}.notes`);
  }

  /** Has more resources applied. */
  async begin(): Promise<void> {
    this.count += resources;
    this.stack.write({ 'main.tf': configuration(this.count, this.notes) });
    if (this.count === resources) await this.stack.declare();
  }

  /** Waits until all is as declared after a kill, and looks whether anything was lost or made twice. */
  async check(admin: HttpsClient): Promise<void> {
    const ready = await until('everything to be made', async () => {
      const now = await this.stack.read();
      const isReady = listAt(now, 'status', 'conditions').some((one) => at(one, 'status') === 'True');
      return isReady && madeIn(this.notes).length >= this.count ? now : undefined;
    });
    for (const one of listAt(ready, 'status', 'history')) {
      const outcome = textAt(one, 'outcome');
      ok(['applied', 'no-changes', 'ApplyInterrupted'].includes(outcome), `a run came to ${outcome}`);
      if (outcome === 'ApplyInterrupted') this.interrupted.add(textAt(one, 'run'));
    }
    deepEqual(
      madeIn(this.notes).sort((a, b) => a - b),
      Array.from({ length: this.count }, (_, i) => i),
      'each is made once',
    );
    const { name } = this.stack;
    const state = await admin.get(`/terraform/state/default/${name}`);
    equal(listAt(state.json, 'resources', '0', 'instances').length, this.count);
    const object = await admin.get(`/apis/plinth.dev/v1alpha1/namespaces/default/terraformstates/${name}`);
    equal(at(object.json, 'status', 'lock'), undefined, 'nobody holds the lock');
  }
}

test(`kill -9 at ${kills} random instants of applies: nothing is made twice, no serial and no lock is lost`, {
  skip: missingProgram(terraform),
}, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'plinth-stack-kill-'));
  const data = join(directory, 'data');
  let server = await ServerProcess.start(data);
  const victims = Array.from(
    { length: stacksAtOnce },
    (_, i) => new Victim(() => server.admin, directory, `killed-${i}`),
  );
  const sum = (of: (one: Victim) => number): number => victims.reduce((total, one) => total + of(one), 0);
  try {
    for (let kill = 0; kill < kills; kill++) {
      await Promise.all(victims.map(async (one) => await one.begin()));
      const all = sum(({ count }) => count);
      const killAt = all - systemRandom.below(resources * stacksAtOnce);
      await until(`${killAt} to be made`, () =>
        sum(({ notes }) => madeIn(notes).length) >= killAt ? true : undefined,
      );
      await server.end('SIGKILL');
      server = await ServerProcess.start(data);
      await Promise.all(victims.map(async (one) => await one.check(server.admin)));
      equal(readdirSync(join(data, 'infra/stacks')).length, 0);
      equal(programsOf(directory), '');
    }
    const interrupted = sum((one) => one.interrupted.size);
    ok(interrupted > 0 || kills < 3, 'no kill interrupted an apply: the test has tried nothing');
    t.diagnostic(
      `${interrupted} applies were interrupted by ${kills} kills; ${sum(({ count }) => count)} resources, each made once`,
    );
  } finally {
    await server.end('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  }
});

/** Which resources were made, in that order. */
function madeIn(notes: string): number[] {
  return existsSync(notes) ? readFileSync(notes, 'utf8').trim().split('\n').map(Number) : [];
}

/** Programs that still work for it. */
function programsOf(directory: string): string {
  const all = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
  return all
    .split('\n')
    .filter((line) => line.startsWith('terraform') && line.includes(directory))
    .join('\n');
}
