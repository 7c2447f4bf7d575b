import { isRun, type JsonObject, type Random, type Run, runs, StatusError } from '@plinth/kernel';
import type { Core } from '@plinth/kernel/testing';
import { invariant } from './invariant.ts';
import type { RunHistory } from './run-history.ts';
import type { Outside } from './run-outside.ts';
import { type Script, ScriptWriter, waitedFor } from './run-script.ts';
import { scriptDefinition } from './script-run.ts';

/** Who decides. Authors try, too, and are refused. */
const people = [
  { username: 'alice', groups: ['ops'] },
  { username: 'bob', groups: ['ops'] },
  { username: 'carol', groups: ['security'] },
  { username: 'dave', groups: [] },
  { username: 'author-a', groups: ['ops'] },
] as const;
const configMaps = { group: '', resource: 'configmaps' } as const;
const namespace = 'default';

/** People who start runs, decide about them, pause and cancel them, and change what they wait for. */
export class RunWorkload {
  /** Every script that was asked for, children included, by the id that is the name of its run unless it is a child. */
  readonly scripts = new Map<string, Script>();
  /** Names of runs of which the start was acknowledged. */
  readonly acknowledged = new Set<string>();
  readonly #asked: Script[] = [];
  readonly #random: Random;
  readonly #writer: ScriptWriter;
  readonly #outside: Outside;
  readonly #history: RunHistory;
  #decisions = 0;

  constructor(random: Random, outside: Outside, history: RunHistory) {
    this.#random = random;
    this.#writer = new ScriptWriter(random);
    this.#outside = outside;
    this.#history = history;
  }

  /** How many runs were asked for. */
  get asked(): number {
    return this.#asked.length;
  }

  /** Begins one doing at random. @throws StatusError as the API answers it */
  async act(core: Core): Promise<void> {
    const dice = this.#random.below(100);
    if (dice < 25) await this.#start(core);
    else if (dice < 30) await this.#startAgain(core);
    else if (dice < 65) await this.#decide(core, false);
    else if (dice < 75) await this.#touch(core, this.#random.below(2) === 0 ? 'yes' : 'no');
    else if (dice < 78) await this.#removeObject(core);
    else if (dice < 82) await this.#change(core, { cancel: true });
    else if (dice < 87) await this.#change(core, { pause: true });
    else if (dice < 92) await this.#change(core, { pause: false });
    else if (dice < 94) await this.#change(core, { priority: this.#random.below(5) });
    else await this.#clearUp(core);
  }

  /** Does all that keeps runs from their end: approves, goes on, clears up, makes what they wait for. */
  async help(core: Core): Promise<void> {
    for (const { spec, metadata } of this.#runs(core)) {
      if (spec.pause === true) await this.#patch(core, metadata.name, { pause: false });
    }
    for (const object of waitedFor) await this.#put(core, object, 'yes');
    for (let i = 0; i < 12; i++) await this.#decide(core, true);
    await this.#clearUp(core);
    // The ones whose request was never answered are asked for again.
    for (const script of this.#asked)
      if (!this.acknowledged.has(script.id)) await this.#enqueue(core, script);
  }

  async #start(core: Core): Promise<void> {
    const family = this.#writer.write();
    for (const script of family) this.scripts.set(script.id, script);
    const [script] = family;
    if (!script) return;
    this.#asked.push(script);
    await this.#enqueue(core, script);
  }

  /** A client that knows no answer, or knows one and does not care, asks again under the same name. */
  async #startAgain(core: Core): Promise<void> {
    if (this.#asked.length > 0) await this.#enqueue(core, this.#pick(this.#asked));
  }

  async #enqueue(core: Core, { id, author }: Script): Promise<void> {
    const isKnown = this.acknowledged.has(id);
    const timeout = this.#random.below(15) === 0 ? { timeoutSeconds: 20 + this.#random.below(60) } : {};
    try {
      const run = await core.runs.enqueue({
        name: id,
        definition: scriptDefinition,
        input: { script: id },
        requestedBy: { username: author, groups: ['ops'] },
        ...timeout,
      });
      invariant(!isKnown, `run ${id} is made twice`);
      invariant(
        this.#history.run(id)?.metadata.uid === run.metadata.uid,
        `run ${id} is answered, not durable`,
      );
      this.acknowledged.add(id);
    } catch (error) {
      // That the name is taken tells that an earlier request came through.
      if (!(error instanceof StatusError) || error.code !== 409) throw error;
      if (this.#history.run(id)) this.acknowledged.add(id);
    }
  }

  /** Somebody decides about a step that waits. */
  async #decide(core: Core, isHelp: boolean): Promise<void> {
    const waiting = this.#runs(core).flatMap((run) =>
      (run.status?.waitingFor ?? []).filter((one) => one.for === 'Approval').map((one) => ({ run, one })),
    );
    if (waiting.length === 0) return;
    const { run, one } = this.#pick(waiting);
    const user = this.#pick(people);
    const decision = !isHelp && this.#random.below(15) === 0 ? 'Reject' : 'Approve';
    const expiry =
      !isHelp && this.#random.below(6) === 0
        ? { expiresAt: new Date(this.#nowMs(core) + 2_000 + this.#random.below(20_000)).toISOString() }
        : {};
    const spec = {
      target: { kind: 'Run', name: run.metadata.name, namespace, step: one.step },
      digest: one.digest,
      decision,
      ...expiry,
    };
    const name = `d-${this.#decisions++}`;
    // One in four is delivered twice: under one name, or under two.
    const names =
      this.#random.below(4) > 0 ? [name] : [name, this.#random.below(2) === 0 ? name : `${name}-2`];
    const made = names.map((each) => this.#approve(core, each, spec, user));
    for (const outcome of await Promise.allSettled(made)) {
      if (outcome.status === 'fulfilled') {
        const isAuthor = user.username === run.spec.requestedBy?.username;
        invariant(!isAuthor, `${user.username} decides about the own run ${run.metadata.name}`);
      } else if (!isRefusal(outcome.reason)) throw outcome.reason;
    }
  }

  async #approve(
    core: Core,
    name: string,
    spec: Record<string, unknown>,
    user: { readonly username: string; readonly groups: readonly string[] },
  ): Promise<void> {
    const type = core.registry.get('plinth.dev', 'approvals');
    const version = type?.versions[0];
    invariant(type !== undefined && version !== undefined, 'approvals are not served');
    const request = {
      served: { type, version },
      namespace: '',
      name: '',
      subresource: '',
      user: { username: user.username, groups: [...user.groups, 'system:authenticated'] },
      manager: 'sim',
      dryRun: false,
      fieldValidation: 'Strict' as const,
      duplicates: [],
      nowMs: this.#nowMs(core),
      warn: () => undefined,
    };
    const body = { apiVersion: 'plinth.dev/v1alpha1', kind: 'Approval', metadata: { name }, spec };
    await core.objects.create(structuredClone(body), request);
  }

  async #touch(core: Core, ready: string): Promise<void> {
    await this.#put(core, this.#pick(waitedFor), ready);
  }

  async #put(core: Core, name: string, ready: string): Promise<void> {
    const client = core.client('user');
    const data = { ready };
    if (client.get(configMaps, { namespace, name })) {
      await client.patch(configMaps, { namespace, name }, { data });
    } else {
      const metadata = { name, namespace, uid: '', resourceVersion: '', creationTimestamp: '' };
      await client.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data });
    }
  }

  async #removeObject(core: Core): Promise<void> {
    await core.client('user').delete(configMaps, { namespace, name: this.#pick(waitedFor) });
  }

  async #change(core: Core, spec: Record<string, boolean | number>): Promise<void> {
    // Children are paused and cancelled, too, now and then.
    const found = this.#runs(core);
    if (found.length > 0) await this.#patch(core, this.#pick(found).metadata.name, spec);
  }

  /** Somebody looks at a run that was refused: whether the effect happened, the outside knows. */
  async #clearUp(core: Core): Promise<void> {
    for (const run of this.#runs(core)) {
      const { phase, error } = run.status ?? {};
      if (phase !== 'Refused' || error?.code !== 'Uncertain') continue;
      const step = this.scriptOf(run)?.steps.find(({ id }) => id === error.step);
      invariant(step !== undefined, `run ${run.metadata.name} is uncertain about ${error.step}`);
      const { acts, what } = this.#outside.of(step);
      const attempt = run.status?.steps?.find(({ name }) => name === step.id)?.attempt ?? 1;
      const outcome =
        acts > 0 && what !== undefined
          ? { outcome: 'Done', result: { what } }
          : { outcome: this.#random.below(4) === 0 ? 'Fail' : 'NotDone' };
      const decisions = [{ step: step.id, attempt, ...outcome }];
      await this.#patch(core, run.metadata.name, { decisions });
    }
  }

  /** The script that a run carries out. */
  scriptOf(run: Run): Script | undefined {
    const id = run.spec.input?.['script'];
    return typeof id === 'string' ? this.scripts.get(id) : undefined;
  }

  async #patch(core: Core, name: string, spec: JsonObject): Promise<void> {
    try {
      await core.client('user').patch(runs, { namespace, name }, { spec });
    } catch (error) {
      // A cancellation that is there already.
      if (!isRefusal(error)) throw error;
    }
  }

  /** Runs that have not ended. */
  #runs(core: Core): Run[] {
    return core
      .client('user')
      .list(runs, { namespace })
      .filter(isRun)
      .filter((run) => run.status?.finishedAt === undefined);
  }

  #nowMs(core: Core): number {
    return core.objects.clock.now();
  }

  #pick<T>(items: readonly T[]): T {
    const item = items[this.#random.below(items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof StatusError && [403, 404, 409, 422].includes(error.code);
}
