import { formatAge } from '../api/table.ts';
import type { Column } from '../model/resource-type.ts';

/** How long ago an RFC 3339 instant was, as kubectl prints it; `<unknown>` when there is none. */
export function agoOf(instant: unknown, nowMs: number): string {
  return formatAge(typeof instant === 'string' ? instant : undefined, nowMs);
}

/** The column of an object's name, for kinds whose columns replace the usual ones. */
export const nameColumn: Column = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: 'Name of the object, unique among its kind in its namespace.',
  cell: (object) => object.metadata.name,
};

/** The age of the object where further columns stand behind it. */
export const ageColumn: Column = {
  name: 'Age',
  type: 'string',
  description: 'How long ago the object was created.',
  cell: (object, nowMs) => agoOf(object.metadata.creationTimestamp, nowMs),
};

/** Name and instant of creation: what kubectl prints for kinds that have no columns of their own upstream. */
export const nameAndCreatedAt: readonly Column[] = [
  nameColumn,
  {
    name: 'Created At',
    type: 'date',
    description: 'When the object was created.',
    cell: (object) => object.metadata.creationTimestamp,
  },
];
