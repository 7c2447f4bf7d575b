import type { ObjectName } from '@plinth/kernel';

/** A state, by the names that ids are made of. */
export type StateName = Required<ObjectName>;

/** A version of a state. */
export interface VersionName extends StateName {
  readonly serial: number;
}

/** An output of a version. */
export interface OutputName extends VersionName {
  readonly output: string;
}

// Ids say what they are of, so that rights can be asked for before anything is looked up. Names of namespaces and of outputs have
// no dots; clients take letters, digits, dashes, dots and underscores in an id.

/** Ids of workspaces, such as `ws-infra.network`. */
export function workspaceId({ namespace, name }: StateName): string {
  return `ws-${namespace}.${name}`;
}

/** @returns a state without a name for what is no id, which nobody has */
export function workspaceOf(id: string): StateName {
  const [, namespace = '', name = ''] = /^ws-([^.]+)\.(.+)$/.exec(id) ?? [];
  return { namespace, name };
}

/** Ids of state versions, such as `sv-infra.network.3`. */
export function versionId({ namespace, name, serial }: VersionName): string {
  return `sv-${namespace}.${name}.${serial}`;
}

export function versionOf(id: string): VersionName {
  const [, namespace = '', name = '', serial = ''] = /^sv-([^.]+)\.(.+)\.(\d{1,15})$/.exec(id) ?? [];
  return { namespace, name, serial: Number(serial) };
}

/** A configuration that was uploaded, and its run: the names of both objects are that of the stack with the suffix. */
export interface RemoteName extends StateName {
  readonly suffix: string;
}

/** What has an id that is made of the name of a run. */
export type RemoteKind = 'cv' | 'run' | 'plan' | 'apply' | 'polchk';

/** Ids of configurations, runs and their parts, such as `run-infra.network.4f2a91cc10`. */
export function remoteId(kind: RemoteKind, { namespace, name, suffix }: RemoteName): string {
  return `${kind}-${namespace}.${name}.${suffix}`;
}

/** @returns names without characters for what is no id, which nobody has */
export function remoteOf(id: string): RemoteName {
  const [, namespace = '', name = '', suffix = ''] =
    /^(?:cv|run|plan|apply|polchk)-([^.]+)\.(.+)\.([0-9a-f]{10})$/.exec(id) ?? [];
  return { namespace, name, suffix };
}

/** The object of a configuration, and its run. */
export function remoteObject({ namespace, name, suffix }: RemoteName): StateName {
  return { namespace, name: suffix === '' ? '' : `${name}-${suffix}` };
}

/** Ids of outputs, such as `wsout-infra.network.3.subnets`. */
export function outputId({ namespace, name, serial, output }: OutputName): string {
  return `wsout-${namespace}.${name}.${serial}.${output}`;
}

export function outputOf(id: string): OutputName {
  const [, namespace = '', name = '', serial = '', output = ''] =
    /^wsout-([^.]+)\.(.+)\.(\d{1,15})\.([^.]+)$/.exec(id) ?? [];
  return { namespace, name, serial: Number(serial), output };
}
