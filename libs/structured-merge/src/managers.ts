import type { FieldSet } from './field-set.ts';

/** What one manager owns. */
export interface ManagedSet {
  readonly fieldSet: FieldSet;
  /** Version of the API that the paths of `fieldSet` are written in. */
  readonly apiVersion: string;
  /** Whether the manager got its fields by applying, and so loses those that it applies no more. */
  readonly applied: boolean;
}

/**
 * Owned fields by the id of the manager. The id is any string; Kubernetes makes it of manager, operation,
 * version and subresource.
 *
 * Spec: structured-merge-diff v6, fieldpath.ManagedFields
 */
export type Managers = ReadonlyMap<string, ManagedSet>;
