import { createHash } from 'node:crypto';
import { proposeAnnotation, replanAnnotation, type Stack } from './stack-fields.ts';

/**
 * What a run is to do: apply what is declared, destroy all of it, take into the state what was changed outside, or only look for
 * that.
 */
export type StackMode = 'apply' | 'destroy' | 'refresh' | 'drift';

/** What somebody asked for who started a run by `terraform plan` or `terraform apply`. */
export interface RemoteOptions {
  /** Whether it only plans, or applies: at once, or when somebody has said yes to the plan. */
  readonly until: 'plan' | 'confirm' | 'apply';
  /** Whether it is planned now, to be applied by another command. */
  readonly saved?: boolean;
  /** Whether what is there is looked at first; true when absent. */
  readonly refresh?: boolean;
  /** Addresses; only these are planned. */
  readonly targets?: readonly string[];
  /** Addresses of what is made anew. */
  readonly replaces?: readonly string[];
}

/** What a run of a stack was started for. */
export interface StackJob {
  readonly stack: string;
  readonly mode: StackMode;
  readonly revision: string;
  /** Names source, values and all else that the plan depends on. */
  readonly fingerprint: string;
  /** The ConfigurationVersion, where the source is uploaded. */
  readonly configuration?: string;
  readonly remote?: RemoteOptions;
}

/** Which run works. */
export interface StackRunIdentity {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
}

/** Names what the plan of a stack depends on. Whatever else is changed leaves plans as they are. */
export function fingerprintOf(
  { metadata, spec }: Stack,
  {
    revision,
    mode,
    values,
  }: { readonly revision: string; readonly mode: StackMode; readonly values: string },
): string {
  const { workingDirectory, program, state = metadata.name, variableFiles = [] } = spec;
  const { [replanAnnotation]: replan = '', [proposeAnnotation]: propose } = metadata.annotations ?? {};
  const { url = '', path = '' } = spec.source.git ?? {};
  const { source: module = '' } = spec.source.module ?? {};
  const parts = [
    metadata.uid,
    mode,
    revision,
    url,
    path,
    module,
    workingDirectory,
    program,
    state,
    variableFiles,
    values,
    replan,
    ...(propose === undefined ? [] : [propose]),
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

/** Who works on the state, as versions and locks tell it. */
export function userOf({ namespace, name }: StackRunIdentity): string {
  return `runs/${namespace}/${name}`;
}

/** The log of something that a run keeps. */
export function logOf(
  { uid }: Pick<StackRunIdentity, 'uid'>,
  what: 'source' | 'plan' | 'view' | 'left',
): string {
  return `runs/${uid}/${what}`;
}
