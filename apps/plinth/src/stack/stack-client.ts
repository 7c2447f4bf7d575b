import { ApiClient, ApiFailure } from '../api/api-client.ts';
import { listAt, textAt } from '../api/json.ts';
import { findConnection } from '../api/kubeconfig.ts';
import { pagesOf } from '../api/pages.ts';
import { type Invocation, valueOf } from '../cli/command.ts';
import { Failure } from '../cli/failure.ts';
import { shellWord } from '../cli/place.ts';
import { nearest } from '../cli/suggest.ts';
import { plinthApi } from '../plan/plan-api.ts';
import { readRun, runPath } from '../run/run-api.ts';
import { type ShownRun, shownRun } from './shown-run.ts';
import { type ShownStack, shownStack } from './shown-stack.ts';

/** What is asked for by an annotation: a new plan, one that waits for approval whatever the stack says, a look for drift. */
export type Request = 'replan' | 'propose' | 'drift';

const annotations: Readonly<Record<Request, string>> = {
  replan: 'plinth.dev/replan',
  propose: 'plinth.dev/propose',
  drift: 'plinth.dev/check-drift',
};

/** The stacks of a namespace, as commands ask for them. */
export class StackClient {
  readonly api: ApiClient;
  readonly namespace: string;
  /** What has to be typed so that another command is about the same namespace. */
  readonly #options: string;

  constructor(invocation: Invocation) {
    this.api = new ApiClient(findConnection(valueOf(invocation, 'kubeconfig')));
    const named = valueOf(invocation, 'namespace');
    this.namespace = named ?? this.api.namespace;
    this.#options = named === undefined ? '' : ` -n ${shellWord(named)}`;
  }

  /** A command to be typed next, such as `plinth stack plan network`. */
  command(words: string): string {
    return `plinth ${words}${this.#options}`;
  }

  /** @throws Failure that says what there is instead, when there is no such stack */
  async read(name: string): Promise<ShownStack> {
    try {
      return shownStack((await this.api.json(this.#path(name))).body);
    } catch (error) {
      if (error instanceof ApiFailure && error.status === 404) throw await this.#notThere(name);
      throw error;
    }
  }

  /** @param everywhere of all namespaces */
  async list(everywhere: boolean): Promise<unknown[]> {
    try {
      const found: unknown[] = [];
      const path = everywhere ? `/apis/${plinthApi}/stacks` : this.#path();
      for await (const page of pagesOf(this.api, path, {})) found.push(...listAt(page, 'items'));
      return found;
    } catch (error) {
      if (error instanceof ApiFailure && error.status === 404) throw this.#notServed();
      throw error;
    }
  }

  /** A run of a stack; undefined when it is gone, or there was none. */
  async run(name: string): Promise<ShownRun | undefined> {
    if (name === '') return undefined;
    try {
      return shownRun(await readRun(this.api, this.namespace, name));
    } catch (error) {
      if (error instanceof ApiFailure && error.status === 404) return undefined;
      throw error;
    }
  }

  runPath(name: string): string {
    return runPath(this.namespace, name);
  }

  /** The path of the plans of a stack. @param query `run`, `form`, `forge` */
  planPath(name: string, query: Readonly<Record<string, string>>): string {
    const path = [this.namespace, name].map(encodeURIComponent).join('/');
    return `/terraform/stacks/${path}/plan?${new URLSearchParams(query).toString()}`;
  }

  /** The path of what is told of a state. */
  statePath(state: string, below = '', query: Readonly<Record<string, string>> = {}): string {
    const path = [this.namespace, state].map(encodeURIComponent).join('/');
    const asked = new URLSearchParams(query).toString();
    return `/terraform/state/${path}${below}${asked === '' ? '' : `?${asked}`}`;
  }

  /** Asks for something by an annotation. @returns its value, and the stack as it was then */
  async request(
    name: string,
    what: Request,
  ): Promise<{ readonly value: string; readonly before: ShownStack }> {
    const value = new Date().toISOString();
    const { body } = await this.api.json(`${this.#path(name)}?fieldManager=plinth`, {
      method: 'PATCH',
      contentType: 'application/merge-patch+json',
      body: JSON.stringify({ metadata: { annotations: { [annotations[what]]: value } } }),
    });
    return { value, before: shownStack(body) };
  }

  #path(name?: string): string {
    const all = `/apis/${plinthApi}/namespaces/${encodeURIComponent(this.namespace)}/stacks`;
    return name === undefined ? all : `${all}/${encodeURIComponent(name)}`;
  }

  async #notThere(name: string): Promise<Failure> {
    const all = (await this.list(true).catch(() => this.list(false))).map((one) => ({
      name: textAt(one, 'metadata', 'name'),
      namespace: textAt(one, 'metadata', 'namespace'),
    }));
    const here = all.filter(({ namespace }) => namespace === this.namespace).map((one) => one.name);
    const elsewhere = all.find((one) => one.name === name);
    const meant = nearest(name, here);
    const told = here.slice(0, 10).join(', ') + (here.length > 10 ? ` and ${here.length - 10} more` : '');
    const hint = elsewhere
      ? `there is one in namespace ${elsewhere.namespace}: add -n ${shellWord(elsewhere.namespace)}`
      : meant !== undefined
        ? `did you mean ${meant}?`
        : here.length > 0
          ? `there are ${told}`
          : 'there are no stacks in it; how one is declared: plinth explain stack.spec';
    return new Failure(`there is no stack ${name} in namespace ${this.namespace}`, { hint });
  }

  #notServed(): Failure {
    const isTenant = this.api.server.includes('/clusters/');
    const message = isTenant
      ? `${this.api.server} is a tenant, and tenants have no stacks: their program runs as the user of Plinth`
      : `${this.api.server} has no stacks`;
    const hint = isTenant
      ? 'take the kubeconfig of the host, which keeps stacks for everybody'
      : 'check that it is a control plane of Plinth, in the version of this program';
    return new Failure(message, { hint });
  }
}
