import {
  type Capability,
  type Clock,
  defineCapability,
  defineRun,
  type RunContext,
  type RunDefinition,
  type StepContext,
} from '@plinth/kernel';
import { invariant } from './invariant.ts';
import type { Deed, Hand } from './run-outside.ts';
import type { ApprovalNode, Script, ScriptNode, StepNode } from './run-script.ts';

/** The definition that carries scripts out. */
export const scriptDefinition = 'sim.script';
/** Attempts after the first that a step has: more than a script ever lets fail. */
const retryLimit = 8;
const configMaps = { group: '', resource: 'configmaps' } as const;

/** The capability of one process that carries scripts out with the hand that the process has in the outside. */
export function scriptCapability(scripts: ReadonlyMap<string, Script>, hand: Hand): Capability {
  return defineCapability({
    name: 'script',
    kinds: [],
    open: ({ clock }) => ({ runs: [scriptRun(scripts, hand, clock)] }),
  });
}

function scriptRun(scripts: ReadonlyMap<string, Script>, hand: Hand, clock: Clock): RunDefinition {
  return defineRun({
    name: scriptDefinition,
    version: 1,
    run: async (run, input: unknown) => {
      const id = typeof input === 'object' && input !== null && 'script' in input ? input.script : undefined;
      const script = typeof id === 'string' ? scripts.get(id) : undefined;
      invariant(script !== undefined, `there is no script ${String(id)}`);
      return await new Player(run, script, hand, clock).play(script.nodes);
    },
  });
}

/** Plays a script for one pass of a run. */
class Player {
  readonly #run: RunContext;
  readonly #script: Script;
  readonly #hand: Hand;
  readonly #clock: Clock;

  constructor(run: RunContext, script: Script, hand: Hand, clock: Clock) {
    this.#run = run;
    this.#script = script;
    this.#hand = hand;
    this.#clock = clock;
  }

  /** @returns what the steps did, in the order of the script */
  async play(nodes: readonly ScriptNode[]): Promise<string[]> {
    const done: string[] = [];
    for (const node of nodes) done.push(...(await this.#node(node)));
    return done;
  }

  async #node(node: ScriptNode): Promise<string[]> {
    switch (node.do) {
      case 'step':
        return [(await this.#step(node)).what];
      case 'sleep':
        await this.#run.sleep(node.id, node.ms);
        return [];
      case 'approval':
        await this.#approval(node);
        return [];
      case 'wait':
        await this.#run.waitFor(node.id, {
          resource: configMaps,
          namespace: 'default',
          name: node.object,
          until: isReady,
          ...(node.timeoutMs === undefined ? {} : { timeoutMs: node.timeoutMs }),
        });
        return [];
      case 'child': {
        const output = await this.#run.child(node.id, scriptDefinition, { script: node.script.id });
        invariant(Array.isArray(output), `the child ${node.id} answers ${JSON.stringify(output)}`);
        return output.map(String);
      }
      case 'parallel':
        return (await Promise.all(node.branches.map((branch) => this.play(branch)))).flat();
    }
  }

  async #approval({ id, count, groups, expiresInMs }: ApprovalNode): Promise<void> {
    const expiry = expiresInMs === undefined ? {} : { expiresInMs };
    await this.#run.approval(id, { message: `go on with ${id}`, count, groups, ...expiry });
  }

  async #step(step: StepNode): Promise<{ what: string }> {
    const drawn = step.draws ? ` ${this.#run.random()} ${this.#run.now()}` : '';
    const what = `${step.id}${drawn}`;
    const deed = { step, script: this.#script, what, runUid: this.#run.uid };
    return await this.#run.step(step.id, (context) => this.#attempt(deed, context), {
      retry: { limit: step.once ? 0 : retryLimit, backoffMs: 100, maxMs: 2_000 },
      // Longer than any attempt that does not hang.
      timeoutMs: 6_000,
      ...(step.isCompensable
        ? {
            compensate: async (result: { what: string }, context: StepContext) => {
              invariant(result.what === what, `${step.id} is taken back as ${result.what}, it was ${what}`);
              await this.#undo(deed, context);
            },
          }
        : {}),
      ...(step.once ? { once: true } : {}),
      ...(step.once === 'recover'
        ? { recover: ({ idempotencyKey }: StepContext) => this.#hand.recover(idempotencyKey) }
        : {}),
    });
  }

  async #attempt(deed: Deed, { idempotencyKey: key, signal }: StepContext): Promise<{ what: string }> {
    const { step } = deed;
    const number = await this.#hand.begin(deed, key);
    const until = step.isDeaf ? undefined : signal;
    // What hangs listens, or it would have its effect after it was given up.
    if (step.hangs && number === 1) await this.#pass(60_000, signal);
    await this.#pass(step.beforeMs, until);
    if (step.isFatal || number <= step.fails) throw new Error(`${step.id} fails`);
    await this.#hand.act(deed);
    await this.#pass(step.afterMs, until);
    if (number <= step.fails + step.failsAfter) throw new Error(`${step.id} fails after its effect`);
    return { what: deed.what };
  }

  async #undo(deed: Deed, { idempotencyKey: key }: StepContext): Promise<void> {
    const number = await this.#hand.beginUndo(deed, key);
    await this.#pass(deed.step.beforeMs, undefined);
    if (number <= deed.step.undoFails) throw new Error(`${deed.step.id} is not taken back`);
    await this.#hand.undo(deed);
    await this.#pass(deed.step.afterMs, undefined);
  }

  /** Lets time pass in this process; never ends when it dies. */
  #pass(ms: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = (): void => reject(new Error('told to end', { cause: signal?.reason }));
      if (signal?.aborted === true) return fail();
      const cancel = this.#clock.after(ms, () => {
        signal?.removeEventListener('abort', fail);
        resolve();
      });
      signal?.addEventListener('abort', () => {
        cancel();
        fail();
      });
    });
  }
}

function isReady(object: Record<string, unknown>): boolean {
  const data = object['data'];
  return typeof data === 'object' && data !== null && 'ready' in data && data.ready === 'yes';
}
