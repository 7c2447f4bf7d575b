import { equal } from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HttpsClient } from '../harness/https-client.ts';
import { makeTeams } from './teams.ts';

/** A control plane that terraform speaks with. */
export interface RemoteServer {
  readonly url: string;
  readonly admin: HttpsClient;
}

/** What terraform did. */
export interface TerraformOutcome {
  readonly output: string;
  readonly exitCode: number | null;
}

/** A directory with a `cloud` block, worked in by one user; the stack of its workspace is `prod/web`. */
export class RemoteWorkspace {
  readonly #directory: string;
  readonly #environment: Record<string, string>;

  private constructor(directory: string, environment: Record<string, string>) {
    this.#directory = directory;
    this.#environment = environment;
  }

  /** @param token of who works in it */
  static async open(
    { url }: RemoteServer,
    { directory, dataDirectory, token }: { directory: string; dataDirectory: string; token: string },
  ): Promise<RemoteWorkspace> {
    const { host } = new URL(url);
    mkdirSync(directory, { recursive: true });
    const configuration = `${directory}.tfrc`;
    writeFileSync(configuration, `credentials "${host}" {\n  token = "${token}"\n}\n`);
    const opened = new RemoteWorkspace(directory, {
      PATH: process.env['PATH'] ?? '',
      HOME: directory,
      CHECKPOINT_DISABLE: '1',
      TF_CLI_ARGS: '-no-color',
      TF_INPUT: '0',
      TF_CLI_CONFIG_FILE: configuration,
      SSL_CERT_FILE: join(dataDirectory, 'pki/ca.crt'),
      TF_CLOUD_HOSTNAME: host,
      TF_CLOUD_ORGANIZATION: 'prod',
    });
    opened.write('cloud.tf', 'terraform {\n  cloud {\n    workspaces {\n      name = "web"\n    }\n  }\n}\n');
    const { output, exitCode } = await opened.terraform('init');
    equal(exitCode, 0, output);
    return opened;
  }

  write(file: string, content: string): void {
    writeFileSync(join(this.#directory, file), content);
  }

  /** Runs terraform to its end. */
  async terraform(...args: readonly string[]): Promise<TerraformOutcome> {
    return await this.start(...args).ended;
  }

  /** Starts terraform. */
  start(...args: readonly string[]): {
    readonly child: ChildProcess;
    readonly ended: Promise<TerraformOutcome>;
  } {
    const child = spawn('terraform', args, {
      cwd: this.#directory,
      env: this.#environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    }
    const ended = new Promise<TerraformOutcome>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (exitCode) => resolve({ output, exitCode }));
    });
    return { child, ended };
  }
}

/** Makes the namespace, its people, and the stack `prod/web`. @returns a token of who may plan and apply */
export async function declareRemoteStack(
  { admin }: RemoteServer,
  spec: Readonly<Record<string, unknown>>,
): Promise<string> {
  const { builder } = await makeTeams(admin);
  const answer = await admin.post('/apis/plinth.dev/v1alpha1/namespaces/prod/stacks', {
    apiVersion: 'plinth.dev/v1alpha1',
    kind: 'Stack',
    metadata: { name: 'web', namespace: 'prod' },
    spec: { source: { upload: {} }, approval: { when: 'Never' }, ...spec },
  });
  equal(answer.status, 201, answer.text);
  return builder;
}
