import assert from 'node:assert/strict';
import type { Json } from '../../model/object.ts';
import type { RunContext, RunDefinition, StepContext } from '../define-run.ts';
import type { RunDecision } from '../run-kind.ts';
import type { DeathAt } from './mortal-store.ts';
import { RunLab } from './run-lab.ts';

/** What steps change: outside of Plinth, where an effect under a key that is known already changes nothing. */
export class Outside {
  /** What was carried out, by idempotency key. */
  readonly effects = new Map<string, string>();
  /** Every call, repeated ones included. */
  readonly calls: string[] = [];

  /** Carries an effect out. */
  act(what: string, { idempotencyKey }: Pick<StepContext, 'idempotencyKey'>): string {
    this.calls.push(what);
    const known = this.effects.get(idempotencyKey);
    assert.ok(known === undefined || known === what, `the key of ${known ?? ''} is used for ${what}, too`);
    this.effects.set(idempotencyKey, what);
    return what;
  }

  /** How often each effect was called for. */
  count(what: string): number {
    return this.calls.filter((call) => call === what).length;
  }
}

/** A run to put to the fault law. */
export interface RunFaultLawOptions {
  /** Makes the definitions anew for every pass, with steps that act on `outside`; the first one is run. */
  definitions(outside: Outside): readonly [RunDefinition, ...RunDefinition[]];
  readonly input?: Record<string, unknown>;
  /** Changes the world while the run waits: approves, creates what it waits for. Called until the run ends; must be idempotent. */
  readonly disturb?: (lab: RunLab) => Promise<void>;
  /** Effects that must not be called for twice, however it goes. */
  readonly once?: readonly string[];
  /** Leaves out the faults in which an attempt fails: for runs that end differently then, as they should. */
  readonly crashesOnly?: boolean;
  /** What a person finds out about an interrupted step that must not be repeated. */
  readonly decide?: (step: string, outside: Outside) => RunDecision;
}

/** How much a run was put to. */
export interface RunFaultLawReport {
  /** Attempts and commits of a pass without fault. */
  readonly attempts: number;
  readonly commits: number;
  /** Passes with a fault. */
  readonly passes: number;
}

type Fault =
  | {
      readonly kind: 'fail' | 'fail after effect' | 'crash before effect' | 'crash after effect';
      readonly attempt: number;
    }
  | { readonly kind: 'crash before commit' | 'crash after commit'; readonly commit: number };

interface Ended {
  readonly phase: string;
  readonly output: Json | undefined;
  readonly error: string | undefined;
  readonly effects: readonly string[];
}

/** Rounds of waiting and disturbing after which a run counts as stuck. */
const roundsMax = 20;

/**
 * The fault law for runs: whatever happens to any one step, the run ends as it does without a fault, and no effect is
 * doubled. Each attempt of a step is failed before and after its effect, and the process is killed before and after it,
 * as well as before and after each commit; then another process takes over.
 *
 * @throws AssertionError naming the fault after which the run ends differently
 */
export async function runFaultLaw(options: RunFaultLawOptions): Promise<RunFaultLawReport> {
  const baseline = await pass(options, undefined);
  assert.ok(baseline.attempts > 0, 'the run carries out no step: it shows nothing');
  let passes = 0;
  const check = async (fault: Fault): Promise<void> => {
    const { ended } = await pass(options, fault);
    assert.deepEqual(ended, baseline.ended, `after ${JSON.stringify(fault)} the run ends differently`);
    passes++;
  };
  for (let attempt = 0; attempt < baseline.attempts; attempt++) {
    for (const kind of ['crash before effect', 'crash after effect'] as const) await check({ kind, attempt });
    if (options.crashesOnly === true) continue;
    for (const kind of ['fail', 'fail after effect'] as const) await check({ kind, attempt });
  }
  for (let commit = 0; commit < baseline.commits; commit++) {
    for (const kind of ['crash before commit', 'crash after commit'] as const) await check({ kind, commit });
  }
  return { attempts: baseline.attempts, commits: baseline.commits, passes };
}

interface Passed {
  readonly ended: Ended;
  readonly attempts: number;
  readonly commits: number;
}

interface PassParts {
  readonly options: RunFaultLawOptions;
  readonly fault: Fault | undefined;
  readonly definitions: readonly RunDefinition[];
  readonly outside: Outside;
  readonly point: AttemptPoint;
}

async function pass(options: RunFaultLawOptions, fault: Fault | undefined): Promise<Passed> {
  const outside = new Outside();
  const point = new AttemptPoint(fault);
  const definitions = options.definitions(outside).map((definition) => point.wrap(definition));
  const lab = await RunLab.make(definitions);
  try {
    return await passIn(lab, { options, fault, definitions, outside, point });
  } finally {
    // Hundreds of labs would be open at once otherwise.
    await lab.close();
  }
}

async function passIn(
  lab: RunLab,
  { options, fault, definitions, outside, point }: PassParts,
): Promise<Passed> {
  point.kill = () => lab.life.kill();
  const death: DeathAt | undefined =
    fault && 'commit' in fault
      ? { commit: fault.commit, when: fault.kind === 'crash before commit' ? 'before' : 'after' }
      : undefined;
  let life = lab.boot(definitions, death);
  const definition = definitions[0]?.name ?? '';
  await lab.create('law', { definition, ...(options.input ? { input: options.input } : {}) });
  for (let round = 0; ; round++) {
    assert.ok(
      round < roundsMax,
      `after ${JSON.stringify(fault)} the run is stuck: ${JSON.stringify(lab.run('law')?.status)}`,
    );
    await lab.settle(120_000, () => life.isDead());
    if (life.isDead()) {
      life = lab.boot(definitions);
      continue;
    }
    const { phase, error, finishedAt } = lab.run('law')?.status ?? {};
    if (finishedAt !== undefined) break;
    if (phase === 'Refused' && error?.code === 'Uncertain' && options.decide) {
      await lab.change('law', { decisions: [options.decide(error.step ?? '', outside)] });
    } else await options.disturb?.(lab);
  }
  assert.deepEqual(lab.faults, []);
  for (const what of options.once ?? []) {
    assert.ok(
      outside.count(what) <= 1,
      `after ${JSON.stringify(fault)} ${what} was called ${outside.count(what)} times`,
    );
  }
  assert.equal(lab.store.count('default/plinth.dev/runjournals/'), 0, 'a journal was left behind');
  return { ended: endedOf(lab, outside), attempts: point.attempts, commits: life.store.commits };
}

function endedOf(lab: RunLab, outside: Outside): Ended {
  const { phase = '', output, error } = lab.run('law')?.status ?? {};
  return {
    phase,
    output: output as Json | undefined,
    // How often a step was tried is told in its message, and differs.
    error: error && `${error.code} ${error.message.replace(/ \(attempt \d+\)/, '')}`,
    effects: [...outside.effects.values()].sort(),
  };
}

/** Counts the attempts of steps, and lets the fault happen at its own. */
class AttemptPoint {
  readonly #fault: Fault | undefined;
  attempts = 0;
  kill: () => void = () => undefined;

  constructor(fault: Fault | undefined) {
    this.#fault = fault;
  }

  wrap(definition: RunDefinition): RunDefinition {
    return { ...definition, run: (run, input) => definition.run(this.#context(run), input) };
  }

  #context(run: RunContext): RunContext {
    const step: RunContext['step'] = (name, fn, options = {}) => {
      const { compensate } = options;
      const undo = compensate && {
        compensate: (result: Parameters<typeof compensate>[0], context: StepContext) =>
          this.#attempt(() => compensate(result, context)),
      };
      return run.step(name, (context) => this.#attempt(() => fn(context)), { ...options, ...undo });
    };
    return new Proxy(run, {
      get(target, property) {
        if (property === 'step') return step;
        const value: unknown = Reflect.get(target, property, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }

  async #attempt<Result>(act: () => Result | Promise<Result>): Promise<Result> {
    const number = this.attempts++;
    const fault =
      this.#fault && 'attempt' in this.#fault && this.#fault.attempt === number ? this.#fault : undefined;
    if (fault?.kind === 'fail') throw new Error('the fault law fails this attempt');
    if (fault?.kind === 'crash before effect') return await this.#die();
    const result = await act();
    if (fault?.kind === 'fail after effect')
      throw new Error('the fault law fails this attempt after its effect');
    if (fault?.kind === 'crash after effect') return await this.#die();
    return result;
  }

  #die(): Promise<never> {
    this.kill();
    return new Promise(() => undefined);
  }
}
