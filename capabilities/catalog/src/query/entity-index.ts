import { createHash } from 'node:crypto';
import {
  defaultNamespace,
  type Entity,
  type EntityRelation,
  refOf,
  relationsOf,
  stringifyEntityRef,
} from '@plinth/backstage-catalog';
import type { Client, KubeObject } from '@plinth/kernel';
import { type CatalogEntity, catalogEntities, isCatalogEntity } from '../catalog-entity-kind.ts';
import type { Predicate } from './predicate.ts';
import { searchTerms } from './search-terms.ts';

/** One entity of the index. */
export class Indexed {
  readonly object: CatalogEntity;
  readonly ref: string;
  /** Namespace of the object, by which rights are given. */
  readonly home: string;
  readonly declared: ReturnType<typeof relationsOf>;
  /** Made when they are asked for; an edge of another entity makes them anew. */
  entity: Entity | undefined;
  json: string | undefined;

  constructor(object: CatalogEntity) {
    const entity = object.spec.entity as unknown as Entity;
    this.object = object;
    this.home = object.metadata.namespace ?? '';
    this.ref = stringifyEntityRef(refOf(entity));
    this.declared = relationsOf(entity);
  }

  get uid(): string {
    return this.object.metadata.uid;
  }
}

/** The values of one key: by entity, in the order of the entity's fields, in lower case and as written. */
export type Column = ReadonlyMap<Indexed, readonly Term[]>;

/** A value of a key; undefined where it is too long to be looked for, or nothing. */
export interface Term {
  readonly value: string | undefined;
  readonly written: string | undefined;
}

/** Keys that are remembered as columns: far more than pages ask for. */
const columnsMax = 64;

/** What a reader may see: the homes whose entities are listed. */
export type Visible = ReadonlySet<string>;

/**
 * The entities in memory, as they are served. A key becomes a column when somebody first asks for it; a change of entities
 * drops the columns. Entities of one reference in several homes are served once: the oldest that the reader may see.
 */
export class EntityIndex {
  readonly #byUid = new Map<string, Indexed>();
  readonly #byRef = new Map<string, Indexed[]>();
  /** Edges that others declare to an entity, by its reference and theirs. */
  readonly #incoming = new Map<string, Set<Indexed>>();
  readonly #homes = new Map<string, number>();
  #columns = new Map<string, Column>();
  #lists = new Map<string, readonly Indexed[]>();
  #stop: (() => void) | undefined;
  /** Rises with each change. */
  version = 0;
  /** Settles when all entities that were there are known. */
  readonly synced: Promise<void>;

  constructor(client: Client) {
    this.synced = new Promise((resolve) => {
      this.#stop = client.follow(
        catalogEntities,
        ({ type, object }) => this.#changed(object, type === 'deleted'),
        resolve,
      );
    });
  }

  close(): void {
    this.#stop?.();
  }

  /** The homes in which there are entities. */
  homes(): Iterable<string> {
    return this.#homes.keys();
  }

  /** The entity of a reference in its one form that a reader sees. */
  find(ref: string, mayRead: (entity: Indexed) => boolean): Indexed | undefined {
    return this.#byRef.get(ref)?.find(mayRead);
  }

  byUid(uid: string): Indexed | undefined {
    return this.#byUid.get(uid);
  }

  /** All that a reader sees, in the order of their references. */
  all(visible: Visible): readonly Indexed[] {
    const key = [...visible].sort().join('/');
    const known = this.#lists.get(key);
    if (known) return known;
    const seen = [...this.#byRef.values()].flatMap(
      (same) => same.find(({ home }) => visible.has(home)) ?? [],
    );
    seen.sort((a, b) => (a.ref < b.ref ? -1 : 1));
    if (this.#lists.size >= columnsMax) this.#lists.clear();
    this.#lists.set(key, seen);
    return seen;
  }

  /** The values of a key in lower case. */
  column(key: string): Column {
    const known = this.#columns.get(key);
    if (known) return known;
    const column = new Map<Indexed, Term[]>();
    for (const indexed of this.#byUid.values()) {
      searchTerms(this.entity(indexed), (found, written) => {
        if (found !== key) return;
        const term = { value: written?.toLowerCase(), written };
        const terms = column.get(indexed);
        if (!terms) column.set(indexed, [term]);
        else if (terms.every(({ value }) => value !== term.value)) terms.push(term);
      });
    }
    if (this.#columns.size >= columnsMax) this.#columns.clear();
    this.#columns.set(key, column);
    return column;
  }

  /** Compiles a predicate over the columns as they are now. */
  tester(predicate: Predicate): (entity: Indexed) => boolean {
    if ('not' in predicate) {
      const test = this.tester(predicate.not);
      return (entity) => !test(entity);
    }
    if ('all' in predicate) {
      const tests = predicate.all.map((one) => this.tester(one));
      return (entity) => tests.every((test) => test(entity));
    }
    if ('any' in predicate) {
      const tests = predicate.any.map((one) => this.tester(one));
      return (entity) => tests.some((test) => test(entity));
    }
    const column = this.column(predicate.key);
    if ('prefix' in predicate) {
      return (entity) =>
        column.get(entity)?.some(({ value }) => value?.startsWith(predicate.prefix)) === true;
    }
    const { values } = predicate;
    if (!values) return (entity) => column.has(entity);
    const wanted = new Set<string | undefined>(values);
    return (entity) => column.get(entity)?.some(({ value }) => wanted.has(value)) === true;
  }

  /** The entity as it is served: with uid, etag, location and relations. */
  entity(indexed: Indexed): Entity {
    return (indexed.entity ??= served(indexed, this.#relations(indexed)));
  }

  json(indexed: Indexed): string {
    return (indexed.json ??= JSON.stringify(this.entity(indexed)));
  }

  #relations(indexed: Indexed): EntityRelation[] {
    const edges = new Map<string, EntityRelation>();
    const add = (type: string, targetRef: string): unknown =>
      edges.set(`${type} ${targetRef}`, { type, targetRef });
    for (const { type, target } of indexed.declared) add(type, target);
    for (const other of this.#incoming.get(indexed.ref) ?? []) {
      // An edge from another home would tell of what not everybody sees who sees this.
      if (other.home !== indexed.home) continue;
      for (const { target, reverse } of other.declared) if (target === indexed.ref) add(reverse, other.ref);
    }
    return [...edges].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, edge]) => edge);
  }

  #changed(object: KubeObject, isDeleted: boolean): void {
    this.version++;
    this.#columns = new Map();
    this.#lists = new Map();
    const before = this.#byUid.get(object.metadata.uid);
    if (before) this.#remove(before);
    if (!isDeleted && isCatalogEntity(object)) this.#add(new Indexed(object));
  }

  #add(indexed: Indexed): void {
    this.#byUid.set(indexed.uid, indexed);
    const same = [...(this.#byRef.get(indexed.ref) ?? []), indexed];
    const age = ({ object: { metadata } }: Indexed): string =>
      `${metadata.creationTimestamp} ${metadata.uid}`;
    this.#byRef.set(
      indexed.ref,
      same.sort((a, b) => (age(a) < age(b) ? -1 : 1)),
    );
    this.#homes.set(indexed.home, (this.#homes.get(indexed.home) ?? 0) + 1);
    for (const { target } of indexed.declared) {
      const incoming = this.#incoming.get(target) ?? new Set();
      this.#incoming.set(target, incoming.add(indexed));
      this.#renew(target);
    }
  }

  #remove(indexed: Indexed): void {
    this.#byUid.delete(indexed.uid);
    const same = this.#byRef.get(indexed.ref)?.filter((one) => one !== indexed) ?? [];
    if (same.length > 0) this.#byRef.set(indexed.ref, same);
    else this.#byRef.delete(indexed.ref);
    const left = (this.#homes.get(indexed.home) ?? 1) - 1;
    if (left > 0) this.#homes.set(indexed.home, left);
    else this.#homes.delete(indexed.home);
    for (const { target } of indexed.declared) {
      const incoming = this.#incoming.get(target);
      incoming?.delete(indexed);
      if (incoming?.size === 0) this.#incoming.delete(target);
      this.#renew(target);
    }
  }

  #renew(ref: string): void {
    for (const indexed of this.#byRef.get(ref) ?? []) {
      indexed.entity = undefined;
      indexed.json = undefined;
    }
  }
}

/** Spec: Backstage, well-known annotations. */
function served({ object, home }: Indexed, relations: EntityRelation[]): Entity {
  const { spec, status, metadata } = object;
  const { metadata: meta, ...entity } = spec.entity as unknown as Entity;
  const { source } = spec;
  const at = source ? `plinth:${home}/${source.location}/${source.path}` : `plinth:${home}/${metadata.name}`;
  const errors = status?.errors ?? [];
  const whole = {
    ...entity,
    metadata: {
      ...meta,
      namespace: meta.namespace ?? defaultNamespace,
      annotations: {
        ...meta.annotations,
        'backstage.io/managed-by-location': at,
        'backstage.io/managed-by-origin-location': at,
      },
    },
    relations,
    ...(errors.length === 0 ? {} : { status: { items: errors.map(errorItem) } }),
  };
  const etag = createHash('sha256').update(JSON.stringify(whole)).digest('hex').slice(0, 40);
  return { ...whole, metadata: { ...whole.metadata, uid: metadata.uid, etag } };
}

/** Spec: Backstage, catalog-model: EntityStatusItem. */
function errorItem(message: string): object {
  return {
    type: 'backstage.io/catalog-processing',
    level: 'error',
    message,
    error: { name: 'InputError', message },
  };
}
