import { spawnSync } from 'node:child_process';
import { authorityOf, authorityPath } from '../harness/tenants.ts';
import type { TestServer } from '../harness/test-server.ts';
import type { ShellSession } from '../scenario/shell-session.ts';
import type { Teams } from './teams.ts';

/** The version that the transcripts were recorded with; others word some messages differently. */
const recordedVersion = '1.11.4';

/** Why nothing can be run; undefined when terraform is on PATH. */
export function missingTerraform(): string | undefined {
  const { status } = spawnSync('terraform', ['version'], { stdio: 'ignore', env: quiet() });
  return status === 0 ? undefined : 'there is no terraform on PATH';
}

/** Whether the output of terraform can be compared with the transcripts. */
export async function recordedWith(session: ShellSession): Promise<boolean> {
  const { stdout } = await session.run('terraform version -json');
  return stdout.includes(`"terraform_version": "${recordedVersion}"`);
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
