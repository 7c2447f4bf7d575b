import { execFile, execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { median } from './measure.ts';
import { type RunningPlinth, startPlinth } from './plinth.ts';
import { processorUse, residentMiB } from './process-use.ts';
import { StackApi } from './stack-api.ts';

const run = promisify(execFile);
const resources = 50;
/** Resources of each of many stacks. */
const resourcesOfMany = 10;
/** Sources are looked at once a minute. */
const restSeconds = 65;

/** How long a resource takes its provider: nothing, and as long as a call of a cloud does. */
const providers = [
  { name: 'resources that take no time', seconds: 0 },
  { name: 'resources that take 1 s each', seconds: 1 },
];

type Print = (text: string) => void;

/**
 * Measures stacks beside the program that they run: a change of 50 resources planned and applied, and many stacks planned again
 * whose sources have not changed.
 * @param parts `overhead`, `many`; both when there are none
 */
export async function benchStacks(
  parts: readonly string[],
  { rounds, stacks }: { readonly rounds: number; readonly stacks: number },
): Promise<void> {
  const print: Print = (text) => void process.stdout.write(`${text}\n`);
  const version = terraformVersion();
  if (version === undefined) {
    print('stacks: not measured, there is no terraform on PATH');
    return;
  }
  const has = (part: string): boolean => parts.length === 0 || parts.includes(part);
  const directory = mkdtempSync(join(tmpdir(), 'plinth-bench-stacks-'));
  try {
    print(`${version}; medians of ${rounds} rounds`);
    if (has('overhead')) await benchOverhead(directory, rounds, print);
    if (has('many')) await benchMany(directory, stacks, print);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function terraformVersion(): string | undefined {
  try {
    return execFileSync('terraform', ['version'], { encoding: 'utf8' }).split('\n')[0];
  } catch {
    return undefined;
  }
}

/** The same change of the same configuration: by the program alone, and by a stack. */
async function benchOverhead(directory: string, rounds: number, print: Print): Promise<void> {
  const plinth = await startPlinth(join(directory, 'overhead'));
  const api = await StackApi.open(plinth.target);
  try {
    for (const [i, { name, seconds }] of providers.entries()) {
      const source = join(directory, `source-${i}`);
      writeSource(source, resources, seconds);
      const [bare, governed]: [number[], number[]] = [[], []];
      const stack = `overhead-${i}`;
      await api.declare(stack, source, { revision: 'first' });
      let { run: last } = await api.readyAfter(stack, '');
      for (let round = 0; round < rounds; round++) {
        bare.push(await bareMs(directory, source, String(round)));
        const start = performance.now();
        await api.declare(stack, source, { revision: String(round) });
        ({ run: last } = await api.readyAfter(stack, last));
        governed.push(performance.now() - start);
      }
      const [alone, ours] = [median(bare), median(governed)];
      const more = ((ours / alone - 1) * 100).toFixed(1);
      print(`\n${resources} ${name}, all replaced`);
      print(`  init, plan, apply of the program alone   ${alone.toFixed(0).padStart(7)} ms`);
      print(`  of a stack, declared until applied       ${ours.toFixed(0).padStart(7)} ms, ${more} % more`);
    }
  } finally {
    api.close();
    await plinth.stop();
  }
}

/** What a pipeline does that has checked out the configuration: with the state of the round before. */
async function bareMs(directory: string, source: string, revision: string): Promise<number> {
  const work = join(directory, 'work');
  const state = `${source}.tfstate`;
  cpSync(source, work, { recursive: true });
  const terraform = async (...args: string[]): Promise<unknown> =>
    await run('terraform', args, { cwd: work, env: { ...process.env, TF_VAR_revision: revision } });
  if (revision === '0') {
    await terraform('init', '-input=false');
    await terraform('apply', '-auto-approve', `-state=${state}`, '-var=revision=first');
    rmSync(work, { recursive: true });
    cpSync(source, work, { recursive: true });
  }
  const start = performance.now();
  await terraform('init', '-input=false');
  await terraform('plan', '-input=false', `-state=${state}`, '-out=plan');
  await terraform('apply', '-input=false', `-state=${state}`, 'plan');
  const took = performance.now() - start;
  rmSync(work, { recursive: true });
  return took;
}

/** Stacks that are applied: at rest, and planned again all at once. */
async function benchMany(directory: string, count: number, print: Print): Promise<void> {
  const plinth = await startPlinth(join(directory, 'many'));
  const api = await StackApi.open(plinth.target);
  const names = Array.from({ length: count }, (_, i) => `many-${i}`);
  try {
    print(`\n${count} stacks of ${resourcesOfMany} resources`);
    for (const name of names) {
      const source = join(directory, name);
      writeSource(source, resourcesOfMany, 0);
      await api.declare(name, source, { revision: 'first' });
    }
    const runs = new Map<string, string>();
    const all = async (): Promise<void> => {
      for (const name of names) runs.set(name, (await api.readyAfter(name, runs.get(name) ?? '')).run);
    };
    print(`  declared until all are applied   ${await timed(plinth, count, all)}`);
    print(
      `  at rest for ${restSeconds} s               ${await timed(plinth, count, async () => await pause(restSeconds * 1000))}`,
    );
    const replanned = await timed(plinth, count, async () => {
      for (const name of names) await api.replan(name, 'once');
      await all();
    });
    print(`  all planned again, no change     ${replanned}`);
  } finally {
    api.close();
    await plinth.stop();
  }
}

async function timed(
  { pid }: Pick<RunningPlinth, 'pid'>,
  count: number,
  work: () => Promise<void>,
): Promise<string> {
  const [before, start] = [processorUse(pid), performance.now()];
  await work();
  const seconds = (performance.now() - start) / 1000;
  const after = processorUse(pid);
  const [ownSeconds, ofPrograms] = [after.own - before.own, after.programs - before.programs];
  const each = (value: number): string => `${((value / count) * 1000).toFixed(0)} ms each`;
  return (
    `${seconds.toFixed(1)} s; processor: Plinth ${ownSeconds.toFixed(1)} s (${each(ownSeconds)}), ` +
    `programs ${ofPrograms.toFixed(1)} s (${each(ofPrograms)}); resident at most ${residentMiB(pid).most.toFixed(0)} MiB`
  );
}

/** A configuration whose resources are replaced when its variable changes. */
function writeSource(directory: string, count: number, seconds: number): void {
  mkdirSync(directory, { recursive: true });
  const wait = seconds === 0 ? '' : `  provisioner "local-exec" {\n    command = "sleep ${seconds}"\n  }\n`;
  const text = `variable "revision" {
  type = string
}

resource "terraform_data" "item" {
  count            = ${count}
  input            = { index = count.index, tags = { owner = "bench", revision = var.revision } }
  triggers_replace = var.revision
${wait}}
`;
  writeFileSync(join(directory, 'main.tf'), text);
}
