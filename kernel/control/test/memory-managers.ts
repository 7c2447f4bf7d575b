import { fieldsV1ToSet, type ManagedSet, type Managers, setToFieldsV1 } from '@plinth/structured-merge';
import { copyJson } from '../../model/json.ts';
import type { JsonObject, KubeObject, ManagedFieldsEntry } from '../../model/object.ts';

/** A manager's fields, with their text for comparisons. */
export type Managed = ManagedSet & { readonly text?: string };

/** The field managers of an object, by `name operation`. */
export function readManaged(object: KubeObject | undefined): ReadonlyMap<string, Managed> {
  const managers = new Map<string, Managed>();
  for (const entry of object?.metadata.managedFields ?? []) {
    const set = fieldsV1ToSet(entry.fieldsV1 ?? {});
    if (!set.ok) continue;
    managers.set(`${entry.manager ?? ''} ${entry.operation ?? ''}`, {
      fieldSet: set.value,
      apiVersion: entry.apiVersion ?? '',
      applied: entry.operation === 'Apply',
      text: JSON.stringify(entry.fieldsV1),
    });
  }
  return managers;
}

/** Writes the field managers into an object. */
export function writeManaged(object: KubeObject, managers: Managers, time: string): void {
  const entries: ManagedFieldsEntry[] = [...managers].map(([id, { fieldSet, apiVersion }]) => {
    const [manager = '', operation = ''] = id.split(' ');
    const fieldsV1 = setToFieldsV1(fieldSet) as unknown as JsonObject;
    return { manager, operation, apiVersion, time, fieldsType: 'FieldsV1', fieldsV1 };
  });
  if (entries.length > 0) object.metadata.managedFields = entries;
  else delete object.metadata.managedFields;
}

/** The object without what the server writes and no manager owns. */
export function withoutServerFields(object: KubeObject): KubeObject {
  const copy = copyJson(object);
  const meta: Partial<KubeObject['metadata']> = copy.metadata;
  delete meta.uid;
  delete meta.resourceVersion;
  delete meta.creationTimestamp;
  delete meta.deletionTimestamp;
  delete meta.generation;
  delete meta.managedFields;
  delete copy['status'];
  return copy;
}
