import type { Entity } from './entity.ts';

/** The namespace of entities that name none. */
export const defaultNamespace = 'default';

/** The three names of an entity, in the case that they were written in. */
export interface EntityRef {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** What stands in for the parts that a reference leaves out. */
export interface RefDefaults {
  readonly kind?: string;
  /** `default` unless told. */
  readonly namespace?: string;
}

/**
 * Reads `[KIND:][NAMESPACE/]NAME`.
 * @returns undefined for what is no reference, or lacks a kind that nothing stands in for
 * @example parseEntityRef('payments', { kind: 'Group' }) // {kind: 'Group', namespace: 'default', name: 'payments'}
 *
 * Spec: Backstage, entity references.
 */
export function parseEntityRef(text: string, defaults: RefDefaults = {}): EntityRef | undefined {
  const slash = text.indexOf('/');
  const colon = text.indexOf(':');
  // A colon behind the slash is part of the name.
  const kindEnd = slash >= 0 && slash < colon ? -1 : colon;
  const kind = kindEnd < 0 ? defaults.kind : text.slice(0, kindEnd);
  const namespace = slash < 0 ? (defaults.namespace ?? defaultNamespace) : text.slice(kindEnd + 1, slash);
  const name = text.slice(Math.max(kindEnd, slash) + 1);
  return kind && namespace && name ? { kind, namespace, name } : undefined;
}

/** A reference in its one form, by which entities are compared: whole, and in lower case. */
export function stringifyEntityRef({ kind, namespace, name }: EntityRef): string {
  return `${kind}:${namespace}/${name}`.toLowerCase();
}

/** The reference to an entity. */
export function refOf({ kind, metadata }: Pick<Entity, 'kind' | 'metadata'>): EntityRef {
  return { kind, namespace: metadata.namespace ?? defaultNamespace, name: metadata.name };
}
