import { setTimeout as pause } from 'node:timers/promises';
import { isObject } from '@plinth/kernel';
import { Connection, requestText, type Target } from './http-client.ts';

const path = '/apis/plinth.dev/v1alpha1/namespaces/default/stacks';
const pollMs = 25;
const waitMsMax = 600_000;

/** Where a stack stands. */
export interface StackStand {
  readonly run: string;
  readonly reason: string;
  readonly isReady: boolean;
}

/** Stacks of the namespace `default`, through the API. */
export class StackApi {
  readonly #connection: Connection;

  private constructor(connection: Connection) {
    this.#connection = connection;
  }

  static async open(target: Target): Promise<StackApi> {
    return new StackApi(await Connection.open(target));
  }

  close(): void {
    this.#connection.close();
  }

  /** Declares a stack whose source is a directory, and which nobody has to approve. */
  async declare(name: string, directory: string, variables: Readonly<Record<string, string>>): Promise<void> {
    const object = {
      apiVersion: 'plinth.dev/v1alpha1',
      kind: 'Stack',
      metadata: { name },
      spec: {
        source: { directory: { path: directory } },
        approval: { when: 'Never' },
        variables: Object.entries(variables).map(([variable, value]) => ({ name: variable, value })),
      },
    };
    await this.#patch(name, object);
  }

  /** Asks for another plan of a stack, although nothing has changed. */
  async replan(name: string, asked: string): Promise<void> {
    const metadata = { name, annotations: { 'plinth.dev/replan': asked } };
    await this.#patch(name, { apiVersion: 'plinth.dev/v1alpha1', kind: 'Stack', metadata }, 'replan');
  }

  async stand(name: string): Promise<StackStand> {
    const { status, text } = await this.#connection.sendForText(requestText('GET', `${path}/${name}`));
    if (status !== 200) throw new Error(`reading stack ${name} was answered ${status}: ${text}`);
    return standOf(JSON.parse(text));
  }

  /** Waits until a stack is ready by another run than the one that is named. */
  async readyAfter(name: string, run: string): Promise<StackStand> {
    const until = performance.now() + waitMsMax;
    for (;;) {
      const stand = await this.stand(name);
      if (stand.isReady && stand.run !== run) return stand;
      if (stand.reason.endsWith('Failed') || performance.now() > until) {
        throw new Error(`stack ${name} is ${stand.reason}`);
      }
      await pause(pollMs);
    }
  }

  async #patch(name: string, object: object, manager = 'bench'): Promise<void> {
    const body = JSON.stringify(object);
    const head =
      `PATCH ${path}/${name}?fieldManager=${manager} HTTP/1.1\r\nHost: localhost\r\n` +
      `Content-Type: application/apply-patch+yaml\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
    const { status, text } = await this.#connection.sendForText(head + body);
    if (status >= 300) throw new Error(`declaring stack ${name} was answered ${status}: ${text}`);
  }
}

function standOf(stack: unknown): StackStand {
  const status = isObject(stack) && isObject(stack['status']) ? stack['status'] : {};
  const conditions: unknown[] = Array.isArray(status['conditions']) ? status['conditions'] : [];
  const ready = conditions.filter(isObject).find(({ type }) => type === 'Ready') ?? {};
  return {
    run: textOf(status['run']),
    reason: textOf(ready['reason']),
    isReady: ready['status'] === 'True',
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
