import { equal } from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { at, type HttpsClient, listAt, textAt } from '../harness/https-client.ts';
import { until } from '../harness/until.ts';
import { type Program, terraform } from './terraform-program.ts';

const base = '/apis/plinth.dev/v1alpha1';
const namespaced = `${base}/namespaces/default`;

/** A stack of a test, whose source is a directory. */
export class StackBench {
  readonly source: string;
  readonly path: string;
  readonly name: string;
  readonly #admin: () => HttpsClient;
  readonly #program: Program;

  constructor(admin: () => HttpsClient, directory: string, name: string, program: Program = terraform) {
    this.#admin = admin;
    this.#program = program;
    this.name = name;
    this.source = join(directory, name);
    this.path = `${namespaced}/stacks/${name}`;
  }

  /** Writes files of the source. */
  write(files: Readonly<Record<string, string>>): void {
    for (const [path, content] of Object.entries(files)) {
      const target = join(this.source, path);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, content);
    }
  }

  /** Declares the stack, or another spec of it. */
  async declare(
    spec: Readonly<Record<string, unknown>> = {},
    labels: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const answer = await this.#admin().send('PATCH', `${this.path}?fieldManager=test&force=true`, {
      contentType: 'application/apply-patch+yaml',
      body: {
        apiVersion: 'plinth.dev/v1alpha1',
        kind: 'Stack',
        metadata: { name: this.name, labels },
        spec: {
          source: { directory: { path: this.source } },
          interval: '1s',
          program: this.#program.name,
          approval: { when: 'Never' },
          ...spec,
        },
      },
    });
    equal(answer.status < 300, true, answer.text);
  }

  /** The stack as it is. */
  async read(): Promise<unknown> {
    return (await this.#admin().get(this.path)).json;
  }

  /** Waits until the stack stands at a reason, of a newer run than the one that is named. @returns the object */
  async reaches(reason: string, notRun = ''): Promise<unknown> {
    let last = '';
    try {
      return await until(`the stack to be ${reason}`, async () => {
        const stack = await this.read();
        const found = conditionOf(stack, 'Ready');
        last = `${textAt(found, 'reason')}: ${textAt(found, 'message')}`;
        const isThere =
          textAt(found, 'reason') === reason && (notRun === '' || textAt(stack, 'status', 'run') !== notRun);
        return isThere ? stack : undefined;
      });
    } catch (error) {
      throw new Error(`${this.name} did not become ${reason}; it is ${last}`, { cause: error });
    }
  }

  /** Waits until a look for drift that was asked for with an annotation has ended. @returns the object */
  async looksForDrift(asked: string): Promise<unknown> {
    return await until('drift to have been looked for', async () => {
      const stack = await this.read();
      const run = at(stack, 'status', 'driftRun');
      const isTaken = at(stack, 'status', 'requests', 'drift') === asked;
      return isTaken && listAt(stack, 'status', 'history').some((one) => at(one, 'run') === run)
        ? stack
        : undefined;
    });
  }

  /** Waits until it is deleted. */
  async isGone(): Promise<void> {
    await until(`the stack ${this.name} to be gone`, async () =>
      (await this.#admin().get(this.path)).status === 404 ? true : undefined,
    );
  }

  /** The run that works on it, or did last. */
  async run(): Promise<unknown> {
    const name = textAt(await this.read(), 'status', 'run');
    return (await this.#admin().get(`${namespaced}/runs/${name}`)).json;
  }

  /** What a run printed. */
  async log(run: string): Promise<string> {
    const answer = await this.#admin().open('GET', `${namespaced}/runs/${run}/log`);
    return await text(answer);
  }

  /** Approves what the stack waits for, as somebody else. */
  async approve(client: HttpsClient, decision: 'Approve' | 'Reject' = 'Approve'): Promise<void> {
    const run = await this.run();
    const [waiting] = listAt(run, 'status', 'waitingFor');
    const answer = await client.post(`${base}/approvals`, {
      apiVersion: 'plinth.dev/v1alpha1',
      kind: 'Approval',
      metadata: { generateName: 'stack-' },
      spec: {
        target: {
          kind: 'Run',
          namespace: 'default',
          name: textAt(run, 'metadata', 'name'),
          step: textAt(waiting, 'step'),
        },
        digest: textAt(waiting, 'digest'),
        decision,
      },
    });
    equal(answer.status, 201, answer.text);
  }

  /** The plan as people read it. */
  async plan(query = ''): Promise<string> {
    return (await this.#admin().get(`/terraform/stacks/default/${this.name}/plan${query}`)).text;
  }
}

/** A condition of an object. */
export function conditionOf(object: unknown, type: string): unknown {
  const conditions =
    at(object, 'status', 'conditions') === undefined ? [] : listAt(object, 'status', 'conditions');
  return conditions.find((one) => at(one, 'type') === type) ?? { reason: '', message: '' };
}

/** A resource that needs no provider. */
export function item(name: string, input: string): string {
  return `resource "terraform_data" "${name}" {\n  input = ${input}\n}\n`;
}
