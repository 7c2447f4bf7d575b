import { spawnSync } from 'node:child_process';
import type { ShellSession } from '../scenario/shell-session.ts';

/** The minor version that the transcripts were recorded with; others word some messages differently. */
const recordedMinor = '33';

/** Why nothing can be run; undefined when kubectl is on PATH. */
export function missingKubectl(): string | undefined {
  const { status } = spawnSync('kubectl', ['version', '--client'], { stdio: 'ignore' });
  return status === 0 ? undefined : 'there is no kubectl on PATH';
}

/**
 * Whether the output of kubectl can be compared with the transcripts. It is asked with the server at hand, because some
 * distributions choose the client after the version of the server.
 */
export async function recordedWith(session: ShellSession): Promise<boolean> {
  const { stdout } = await session.run('kubectl version --output=json');
  return /"clientVersion": \{[^}]*"minor": "(\d+)/.exec(stdout)?.[1] === recordedMinor;
}
