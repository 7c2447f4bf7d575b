import { spawnSync } from 'node:child_process';

/** The minor version that the transcripts were recorded with; others word some messages differently. */
const recordedMinor = '32';

/** The kubectl of the machine, as far as the scenarios care. */
export interface InstalledKubectl {
  /** Why nothing can be run; undefined when kubectl is there. */
  readonly missing: string | undefined;
  /** Whether its output can be compared with the transcripts, or its exit codes alone. */
  readonly sameWording: boolean;
}

/** Looks for kubectl on PATH. */
export function installedKubectl(): InstalledKubectl {
  const { stdout, status } = spawnSync('kubectl', ['version', '--client', '--output=json'], {
    encoding: 'utf8',
  });
  if (status !== 0) return { missing: 'there is no kubectl on PATH', sameWording: false };
  const minor = /"minor": "(\d+)/.exec(stdout)?.[1];
  return { missing: undefined, sameWording: minor === recordedMinor };
}
