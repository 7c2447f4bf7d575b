import type { Registry } from '../api/registry.ts';
import { equalJson } from '../model/json.ts';
import type { Condition } from '../model/object.ts';
import type { Crd, CrdNames } from './crd-object.ts';

/** A condition before it is known when its status last changed. */
export type NewCondition = Omit<Condition, 'lastTransitionTime'>;

/** Which names a definition gets, and what became of those it asked for. */
export interface NameVerdict {
  readonly acceptedNames: CrdNames;
  readonly namesAccepted: NewCondition;
}

/**
 * Gives a definition those of its names that nobody else in its group has. Names once given stay given until the
 * definition asks for others that are free, so that what is served does not change under its users.
 *
 * @param all all definitions; their `status.acceptedNames` are taken names
 * @param registry its built-in resources are taken names too
 *
 * Spec: Kubernetes apiextensions-apiserver, controller/status.NamingConditionController.
 */
export function acceptNames(crd: Crd, all: readonly Crd[], registry: Pick<Registry, 'all'>): NameVerdict {
  const { resources, kinds } = takenNames(crd, all, registry);
  const { names: wanted, acceptedNames: had } = crd;
  const conflicts: { reason: string; message: string }[] = [];
  const take = (field: 'plural' | 'singular' | 'kind' | 'listKind', taken: ReadonlySet<string>): string => {
    if (wanted[field] === had[field] || !taken.has(wanted[field])) return wanted[field];
    conflicts.push({ reason: `${capitalised(field)}Conflict`, message: inUse(wanted[field]) });
    return had[field];
  };
  const plural = take('plural', resources);
  const singular = take('singular', resources);
  let { shortNames } = had;
  if (!equalJson(wanted.shortNames, had.shortNames)) {
    const refused = wanted.shortNames.filter((name) => !had.shortNames.includes(name) && resources.has(name));
    if (refused.length === 0) shortNames = wanted.shortNames;
    else conflicts.push({ reason: 'ShortNamesConflict', message: aggregated(refused.map(inUse)) });
  }
  const kind = take('kind', kinds);
  const listKind = take('listKind', kinds);
  // As in Kubernetes, the last conflict found is the one that is told.
  const conflict = conflicts.at(-1);
  return {
    acceptedNames: { plural, singular, shortNames, kind, listKind, categories: wanted.categories },
    namesAccepted: conflict
      ? { type: 'NamesAccepted', status: 'False', ...conflict }
      : { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' },
  };
}

function takenNames(
  crd: Crd,
  all: readonly Crd[],
  registry: Pick<Registry, 'all'>,
): { resources: Set<string>; kinds: Set<string> } {
  const resources = new Set<string>();
  const kinds = new Set<string>();
  for (const { name, group, acceptedNames } of all) {
    if (group !== crd.group || name === crd.name) continue;
    for (const taken of [acceptedNames.plural, acceptedNames.singular, ...acceptedNames.shortNames])
      resources.add(taken);
    kinds.add(acceptedNames.kind).add(acceptedNames.listKind);
  }
  for (const type of registry.all()) {
    if (type.origin !== 'builtin' || type.group !== crd.group) continue;
    for (const taken of [type.resource, type.singular, ...type.shortNames]) resources.add(taken);
    kinds.add(type.kind).add(type.listKind);
  }
  return { resources, kinds };
}

function inUse(name: string): string {
  return `"${name}" is already in use`;
}

function aggregated(messages: readonly string[]): string {
  return messages.length === 1 ? (messages[0] ?? '') : `[${messages.join(', ')}]`;
}

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
