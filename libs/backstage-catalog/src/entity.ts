/** An entity of the catalog: its envelope, and all else as it was written. Spec: Backstage, descriptor format. */
export interface Entity {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: EntityMeta;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly relations?: readonly EntityRelation[];
}

/** What is said about an entity beside its specification; fields of others are kept. */
export interface EntityMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/** An edge to another entity, as it is served with an entity. */
export interface EntityRelation {
  /** Such as `ownedBy`. */
  readonly type: string;
  /** In its one form, such as `group:default/payments`. */
  readonly targetRef: string;
}

/** Whether a value is an object, and no list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
