import type { CompiledSchema, FieldError } from '@plinth/structural-schema';
import type { RequestOrigin } from '../audit/event.ts';
import type { UserInfo } from '../auth/port.ts';
import type { SchemaRules } from '../rules/schema-rules.ts';
import type { StoreOperation } from '../store/port.ts';
import type { Json, KubeObject } from './object.ts';

/** A column of `kubectl get`. Spec: Kubernetes meta/v1 TableColumnDefinition. */
export interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly format?: string;
  readonly description?: string;
  /** 0 shows always, anything above only with `-o wide`. */
  readonly priority?: number;
  /** Where the cell's value stands in the object, or what computes it; `nowMs` is the time of the request. */
  readonly cell: string | ((object: KubeObject, nowMs: number) => Json);
}

/** Spec: apiextensions.k8s.io/v1 CustomResourceSubresourceScale. */
export interface ScalePaths {
  readonly specReplicasPath: string;
  readonly statusReplicasPath: string;
  readonly labelSelectorPath?: string;
}

/** One served version of a resource. */
export interface ResourceVersion {
  readonly name: string;
  readonly schema: CompiledSchema;
  /** CEL rules of the schema, for objects that keep to it otherwise; absent when there are none. */
  readonly rules?: SchemaRules | undefined;
  readonly columns: readonly Column[];
  /** Whether `columns` are all there are: no Name is put before them and no Age behind them. */
  readonly ownColumns?: true;
  /** Whether `/status` is served: writes to the object then leave the status alone, and the other way round. */
  readonly status: boolean;
  readonly scale?: ScalePaths;
  /** JSON paths that field selectors may name besides metadata.name and metadata.namespace. */
  readonly selectableFields: readonly string[];
  /** Sent as a `Warning` header with every answer about this version. */
  readonly deprecationWarning?: string;
}

/** What a write is done by and when. */
export interface WriteContext {
  readonly user: UserInfo;
  /** Where the request came from; absent for callers inside the process. */
  readonly origin?: RequestOrigin | undefined;
  readonly operation: 'create' | 'update' | 'delete';
  /** Empty for the object itself. */
  readonly subresource: string;
  readonly nowMs: number;
  readonly dryRun: boolean;
  /** Adds a `Warning` header to the answer. */
  readonly warn: (message: string) => void;
}

/** What a kind does beyond its schema. All hooks also run in a dry run and must change nothing outside the object. */
export interface Strategy {
  /** Completes or normalises the object before it is validated; `old` is absent on create. */
  prepare?(object: KubeObject, old: KubeObject | undefined, context: WriteContext): void;
  /** Rules that the schema cannot express. */
  validate?(object: KubeObject, old: KubeObject | undefined): FieldError[];
  /** Refuses the write by throwing a StatusError, for reasons outside the object (rights, protected objects). */
  admit?(object: KubeObject, old: KubeObject | undefined, context: WriteContext): void;
  /**
   * For kinds whose creation is work of its own (a plan is evaluated): completes the object, its status included, after
   * it was admitted. May wait, and reads whatever it needs.
   * @returns what is stored together with the object, all or nothing; in a dry run it is not stored
   */
  complete?(object: KubeObject, context: WriteContext): Promise<readonly StoreOperation[]>;
  /**
   * Paths of fields whose change makes what stands behind the object anew, such as `spec.zone`; `*` stands for any
   * field or item. A plan shows such a change as destructive.
   */
  readonly replacing?: readonly string[];
  /** Messages about a name; by default a name is a DNS-1123 subdomain. */
  readonly nameErrors?: (name: string) => string[];
  /** For kinds that are asked and never stored (reviews): answers a create. */
  answer?(object: KubeObject, context: WriteContext): KubeObject | Promise<KubeObject>;
  /** Further `create` subresources, such as `serviceaccounts/token`, by name. */
  readonly actions?: Readonly<Record<string, SubresourceAction>>;
  /** Further `get` subresources that are answered piece by piece, such as `runs/log`, by name. */
  readonly streams?: Readonly<Record<string, SubresourceStream>>;
}

/** A `get` on a subresource of an existing object that is answered as it comes. */
export interface SubresourceStream {
  readonly contentType: string;
  /**
   * @param signal aborted when the client is gone
   * @throws StatusError before the first piece: it is answered as such
   */
  open(parent: KubeObject, query: URLSearchParams, signal: AbortSignal): AsyncIterable<string>;
}

/** A `create` on a subresource of an existing object. */
export interface SubresourceAction {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly schema: CompiledSchema;
  run(parent: KubeObject, body: KubeObject, context: WriteContext): KubeObject | Promise<KubeObject>;
}

/** A resource that the API serves: a built-in kind or one of a CustomResourceDefinition. */
export interface ResourceType {
  readonly group: string;
  /** The plural, as in the URL. */
  readonly resource: string;
  readonly singular: string;
  readonly kind: string;
  readonly listKind: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  /** Served versions, the preferred one first. */
  readonly versions: readonly ResourceVersion[];
  readonly storageVersion: string;
  readonly verbs: readonly Verb[];
  readonly origin: 'builtin' | 'crd';
  readonly strategy: Strategy;
  /** Bytes of a request body about this resource, where it is more than the limit of all. */
  readonly bodyBytesMax?: number;
}

export type Verb = 'create' | 'delete' | 'deletecollection' | 'get' | 'list' | 'patch' | 'update' | 'watch';

export const allVerbs: readonly Verb[] = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
];

/** `group/version`, or just the version in the core group. */
export function groupVersion(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`;
}

/** Takes `apps/v1` or `v1` apart. */
export function parseGroupVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf('/');
  return slash < 0
    ? { group: '', version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}
