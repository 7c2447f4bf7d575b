import { rbacGroup } from '../auth/rbac/role.ts';
import type { Client } from '../model/client.ts';
import { isObject } from '../model/json.ts';
import type { KubeObject } from '../model/object.ts';
import { groupVersion, parseGroupVersion, type ResourceVersion } from '../model/resource-type.ts';
import { diffFields, pathText } from '../plan/field-diff.ts';
import { declaredState, digestOf, isSecretField, isSecretKind } from '../plan/object-state.ts';
import type { DriftDifference, DriftTarget } from './drift-kind.ts';
import { differencesMax, pathCharsMax, valueCharsMax } from './limits.ts';

/** A field that is not as declared, as a reporter finds it. */
export interface FoundDifference {
  /** As people write it, such as `spec.ports[name=web].port`. */
  readonly path: string;
  /** Any JSON value; absent when no value is declared. */
  readonly declared?: unknown;
  /** Any JSON value; absent when there is none. */
  readonly observed?: unknown;
  /** Whether the values are secret, so that they are neither shown nor kept. */
  readonly sensitive?: boolean;
}

/** What is compared: either the states of an object, or differences that the reporter has found itself. */
export interface Comparison {
  readonly target: DriftTarget;
  /** The object as declared, or any JSON value that stands for it. */
  readonly declared?: unknown;
  /** The object as it is; undefined when it is not there. */
  readonly observed?: unknown;
  readonly differences?: readonly FoundDifference[] | undefined;
}

/** What a comparison showed. */
export interface Compared {
  readonly differences: readonly DriftDifference[];
  /** Differences that are not listed. */
  readonly omitted: number;
  /** Whether the object is not there at all. */
  readonly isMissing: boolean;
  readonly isDrifted: boolean;
  /** Names the declared and the observed state; asked only where a proposal depends on it. */
  state(): string;
}

/**
 * Whether who may read a Drift in namespace `home` may usually read its target, too. Not so for cluster-scoped targets,
 * nor for those that say who has which rights: of these a Drift names the fields alone.
 */
export function isReadableIn(home: string, { apiVersion, namespace }: DriftTarget): boolean {
  return namespace === home && parseGroupVersion(apiVersion).group !== rbacGroup;
}

/**
 * The differences of a target, bounded and without secrets. What the server keeps books with is left out, and the
 * status where the kind keeps it apart. Values of core Secrets are never taken in, not even as a digest: what of them can
 * be guessed could be tried against it.
 *
 * @param isReadable whether values are shown at all; see isReadableIn
 */
export function compareStates(client: Client, comparison: Comparison, isReadable: boolean): Compared {
  const { target, declared, observed, differences } = comparison;
  if (differences) {
    const isSecret = isSecretKind(target.apiVersion, target.kind);
    const shown = differences.map((one) =>
      shownDifference(one, !isReadable || isSecret || one.sensitive === true),
    );
    return bounded(shown, false, () => digestOf(differences.map((one) => hashed(one, isSecret))));
  }
  const isMissing = observed === undefined && declared !== undefined;
  const version = versionOf(client, target);
  const states = [observed, declared].map((state) => plain(state, version));
  if (isMissing) return { ...bounded([], true, () => stateDigest(comparison, states)), isDrifted: true };
  const isSecret = isSecretKind(target.apiVersion, target.kind);
  const shown = diffFields(states[0], states[1], version ? schemaOf(version) : {}).map((change) =>
    shownDifference(
      {
        path: pathText(change.segments),
        ...('after' in change ? { declared: change.after } : {}),
        ...('before' in change ? { observed: change.before } : {}),
      },
      !isReadable || (isSecret && isSecretField(change.segments)),
    ),
  );
  return bounded(shown, false, () => stateDigest(comparison, states));
}

function bounded(all: readonly DriftDifference[], isMissing: boolean, state: () => string): Compared {
  const sorted = all.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const differences = sorted.slice(0, differencesMax);
  return {
    differences,
    omitted: sorted.length - differences.length,
    isMissing,
    isDrifted: isMissing || sorted.length > 0,
    state,
  };
}

function stateDigest({ target, observed }: Comparison, states: readonly unknown[]): string {
  if (!isSecretKind(target.apiVersion, target.kind)) return digestOf(states.map((state) => state ?? null));
  // The revision changes with every change of the values, and says nothing about them.
  if (!isKubeObject(observed)) return digestOf('missing');
  return digestOf([observed.metadata.uid, observed.metadata.resourceVersion]);
}

function hashed({ path, declared, observed, sensitive }: FoundDifference, isSecret: boolean): unknown {
  return isSecret || sensitive === true ? [path] : [path, declared ?? null, observed ?? null];
}

function shownDifference({ path, declared, observed }: FoundDifference, sensitive: boolean): DriftDifference {
  const shortPath = path.length > pathCharsMax ? `${path.slice(0, pathCharsMax - 1)}…` : path;
  if (sensitive) return { path: shortPath, sensitive };
  return {
    path: shortPath,
    ...(declared === undefined ? {} : { declared: shownValue(declared) }),
    ...(observed === undefined ? {} : { observed: shownValue(observed) }),
  };
}

function shownValue(value: unknown): string {
  const json = JSON.stringify(value) ?? 'null';
  return json.length > valueCharsMax ? `${json.slice(0, valueCharsMax)}… (${json.length} characters)` : json;
}

function plain(state: unknown, version: ResourceVersion | undefined): unknown {
  return version && isKubeObject(state) ? declaredState(state, version) : state;
}

function isKubeObject(state: unknown): state is KubeObject {
  return isObject(state) && isObject(state['metadata']);
}

function versionOf(client: Client, { apiVersion, kind }: DriftTarget): ResourceVersion | undefined {
  const type = client.resourceFor(apiVersion, kind);
  return type?.versions.find(({ name }) => groupVersion(type.group, name) === apiVersion);
}

const schemas = new WeakMap<ResourceVersion, unknown>();

function schemaOf(version: ResourceVersion): unknown {
  const known = schemas.get(version);
  if (known !== undefined) return known;
  const schema = version.schema.openapi();
  schemas.set(version, schema);
  return schema;
}
