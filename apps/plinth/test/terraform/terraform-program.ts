import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { authorityOf, authorityPath } from '../harness/tenants.ts';
import type { TestServer } from '../harness/test-server.ts';
import type { ShellSession } from '../scenario/shell-session.ts';
import type { Teams } from './teams.ts';

/** A program that people configure infrastructure with. */
export interface Program {
  readonly name: 'terraform' | 'tofu';
  /** The version that its transcripts were recorded with; others word some messages differently. */
  readonly recordedVersion: string;
}

export const terraform: Program = { name: 'terraform', recordedVersion: '1.11.4' };
export const tofu: Program = { name: 'tofu', recordedVersion: '1.12.6' };

/** Why nothing can be run; undefined when the program is on PATH. */
export function missingProgram({ name }: Program): string | undefined {
  const { status } = spawnSync(name, ['version'], { stdio: 'ignore', env: quiet() });
  return status === 0 ? undefined : `there is no ${name} on PATH`;
}

/** Whether the output of a program can be compared with its transcripts. */
export async function recordedWith(
  session: ShellSession,
  { name, recordedVersion }: Program,
): Promise<boolean> {
  const { stdout } = await session.run(`${name} version -json`);
  return stdout.includes(`"terraform_version": "${recordedVersion}"`);
}

/** A value of PATH with which commands that say `terraform` start another program. @param directory to be made for that */
export function insteadOfTerraform({ name }: Program, directory: string): string {
  const path = process.env['PATH'] ?? '';
  const file = path
    .split(delimiter)
    .map((one) => join(one, name))
    .find(existsSync);
  mkdirSync(directory, { recursive: true });
  symlinkSync(file ?? name, join(directory, 'terraform'));
  return `${directory}${delimiter}${path}`;
}

/** Variables that terraform runs with: nothing is asked of the internet, and the state is at a server. */
export function terraformEnvironment(server: TestServer, teams: Teams): Record<string, string> {
  return {
    ...quiet(),
    TF_HTTP_USERNAME: 'token',
    TF_HTTP_PASSWORD: teams.builder,
    TF_HTTP_CLIENT_CA_CERTIFICATE_PEM: authorityOf(server),
    SSL_CERT_FILE: authorityPath(server),
    TF_HTTP_RETRY_WAIT_MIN: '1',
    TF_HTTP_RETRY_WAIT_MAX: '1',
    PROXY_PORT: String(20_000 + (Number(new URL(server.url).port) % 10_000)),
    STATE: `${server.url}/terraform/state/prod`,
    LEAD: teams.lead,
    READER: teams.reader,
    VIEWER: teams.viewer,
    BUILDER: teams.builder,
  };
}

function quiet(): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    CHECKPOINT_DISABLE: '1',
    TF_CLI_ARGS: '-no-color',
    TF_IN_AUTOMATION: '1',
    TF_INPUT: '0',
    TF_CLI_CONFIG_FILE: '/dev/null',
  };
}
