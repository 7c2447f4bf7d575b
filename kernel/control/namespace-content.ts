import type { Client, ObjectName, ResourceId } from '../model/client.ts';
import type { Condition, KubeObject } from '../model/object.ts';
import type { Step } from './plan-apply.ts';

/** Objects whose names are listed as blockers in a condition; the rest is counted. */
const namesMax = 5;

/** What is left of one resource in a namespace. */
export interface Remaining {
  readonly id: ResourceId;
  readonly objects: readonly KubeObject[];
}

/** One object of a namespace that is to be deleted, fenced by its uid. */
export interface DeleteStep extends Step {
  readonly action: 'delete';
  readonly id: ResourceId;
  readonly name: ObjectName;
  readonly uid: string;
}

/** Everything in a namespace: one entry per resource that has objects there. */
export function contentOf(client: Client, namespace: string): Remaining[] {
  const remaining: Remaining[] = [];
  for (const type of client.resources()) {
    if (!type.namespaced || !type.verbs.includes('list') || !type.verbs.includes('delete')) continue;
    const id = { group: type.group, resource: type.resource };
    const objects = client.list(id, { namespace });
    if (objects.length > 0) remaining.push({ id, objects });
  }
  return remaining;
}

/** What has to be deleted of `content`: all that is not being deleted yet. */
export function planDeletion(content: readonly Remaining[]): DeleteStep[] {
  return content.flatMap(({ id, objects }) =>
    objects
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .map(({ metadata }) => ({
        action: 'delete' as const,
        id,
        name: { name: metadata.name, namespace: metadata.namespace ?? '' },
        uid: metadata.uid,
      })),
  );
}

type NamespaceCondition = Omit<Condition, 'lastTransitionTime' | 'observedGeneration'>;

/**
 * The conditions of a namespace that is being deleted: what remains, and which finalizers of which objects hold it.
 * @param failures messages of the deletes that were refused
 *
 * Spec: Kubernetes core/v1 NamespaceCondition.
 */
export function deletionConditions(
  remaining: readonly Remaining[],
  failures: readonly string[],
): NamespaceCondition[] {
  return [
    {
      type: 'NamespaceDeletionDiscoveryFailure',
      status: 'False',
      reason: 'ResourcesDiscovered',
      message: 'All resources successfully discovered',
    },
    {
      type: 'NamespaceDeletionGroupVersionParsingFailure',
      status: 'False',
      reason: 'ParsedGroupVersions',
      message: 'All legacy kube types successfully parsed',
    },
    failures.length === 0
      ? {
          type: 'NamespaceDeletionContentFailure',
          status: 'False',
          reason: 'ContentDeleted',
          message: 'All content successfully deleted, may be waiting on finalization',
        }
      : {
          type: 'NamespaceDeletionContentFailure',
          status: 'True',
          reason: 'ContentDeletionFailed',
          message: `Failed to delete all resource types, ${failures.length} remaining: ${shorten(failures).join('; ')}`,
        },
    contentCondition(remaining),
    finalizersCondition(remaining),
  ];
}

function contentCondition(remaining: readonly Remaining[]): NamespaceCondition {
  const type = 'NamespaceContentRemaining';
  if (remaining.length === 0) {
    return { type, status: 'False', reason: 'ContentRemoved', message: 'All content successfully removed' };
  }
  const counts = remaining.map(
    ({ id, objects }) => `${resourceName(id)} has ${objects.length} resource instances`,
  );
  const message = `Some resources are remaining: ${counts.sort().join(', ')}`;
  return { type, status: 'True', reason: 'SomeResourcesRemain', message };
}

function finalizersCondition(remaining: readonly Remaining[]): NamespaceCondition {
  const type = 'NamespaceFinalizersRemaining';
  const holders = new Map<string, string[]>();
  for (const { id, objects } of remaining) {
    for (const { metadata } of objects) {
      for (const finalizer of metadata.finalizers ?? []) {
        const names = holders.get(finalizer) ?? [];
        names.push(`${resourceName(id).replace(/\.$/, '')}/${metadata.name}`);
        holders.set(finalizer, names);
      }
    }
  }
  if (holders.size === 0) {
    return {
      type,
      status: 'False',
      reason: 'ContentHasNoFinalizers',
      message: 'All content-preserving finalizers finished',
    };
  }
  const listed = [...holders].map(
    ([finalizer, names]) =>
      `${finalizer} in ${names.length} resource instances (${shorten(names.sort()).join(', ')})`,
  );
  const message = `Some content in the namespace has finalizers remaining: ${listed.sort().join(', ')}`;
  return { type, status: 'True', reason: 'SomeFinalizersRemain', message };
}

// As Kubernetes writes a GroupResource here: `configmaps.` for the core group.
function resourceName(id: ResourceId): string {
  return `${id.resource}.${id.group}`;
}

function shorten(names: readonly string[]): string[] {
  const more = names.length - namesMax;
  return more > 0 ? [...names.slice(0, namesMax), `and ${more} more`] : [...names];
}
