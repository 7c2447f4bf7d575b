import { bucketOf } from '../api/keys.ts';
import { parseStored } from '../api/versions.ts';
import type { ResourceType } from '../model/resource-type.ts';
import type { Store, StoredObject } from '../store/port.ts';
import { type AdmissionBinding, isAdmissionBinding } from './binding-kind.ts';
import { policyEngine } from './load-engine.ts';
import { admissionBindings, admissionPolicies } from './policy-ids.ts';
import { type AdmissionPolicy, isAdmissionPolicy } from './policy-kind.ts';
import type { PolicyProgram } from './policy-program.ts';
import { type RequestShape, ResourceMatch, type ShapeMatch } from './resource-match.ts';

/** A policy as it is stored, compiled when the first write asks for it. */
export class LoadedPolicy {
  readonly object: AdmissionPolicy;
  readonly key: string;
  readonly match: ResourceMatch;
  readonly hasParams: boolean;
  /** Whether a failure refuses the request (failurePolicy Fail). */
  readonly fails: boolean;
  /** Users for whom it took so long lately that others had to wait, with how often it must be quick from now on. */
  slowFor: Map<string, number> | undefined;
  #program: PolicyProgram | undefined;

  constructor(key: string, object: AdmissionPolicy) {
    this.key = key;
    this.object = object;
    this.match = new ResourceMatch(object.spec.matchConstraints ?? {});
    this.hasParams = Boolean(object.spec.paramKind);
    this.fails = object.spec.failurePolicy !== 'Ignore';
  }

  get name(): string {
    return this.object.metadata.name;
  }

  get program(): PolicyProgram {
    this.#program ??= policyEngine().programOf(this.object.spec);
    return this.#program;
  }
}

/** A binding as it is stored. */
export interface LoadedBinding {
  readonly object: AdmissionBinding;
  readonly key: string;
  /** Undefined when it is for all requests of its policy. */
  readonly match: ResourceMatch | undefined;
}

/** A policy or binding that can be about requests of one shape. */
export interface Fitting {
  readonly rules: ShapeMatch;
  /** What selects among objects and namespaces; undefined when it takes all. */
  readonly selectors: ResourceMatch | undefined;
}

/** A binding that puts a policy into force for requests of one shape. */
export interface BoundCandidate {
  readonly binding: LoadedBinding;
  /** Undefined when the binding is for all requests of its policy. */
  readonly match: Fitting | undefined;
}

/** What can judge requests of one shape: a policy, and the bindings that put it into force for them. */
export interface Candidate extends Fitting {
  readonly policy: LoadedPolicy;
  readonly bindings: readonly BoundCandidate[];
}

/**
 * The policies and bindings of a tenant at one instant, sliced by the shape of requests, so that a write looks at those
 * only that can be about it.
 */
export class PolicyIndex {
  readonly policies: readonly LoadedPolicy[];
  readonly bindings: readonly LoadedBinding[];
  readonly #bound: readonly { policy: LoadedPolicy; bindings: readonly LoadedBinding[] }[];
  /** By the resource, which is another one when its versions change. */
  readonly #slices = new WeakMap<ResourceType, Map<string, readonly Candidate[]>>();

  constructor(policies: readonly LoadedPolicy[], bindings: readonly LoadedBinding[]) {
    this.policies = policies;
    this.bindings = bindings;
    const byPolicy = Map.groupBy(bindings, ({ object }) => object.spec.policyName ?? '');
    this.#bound = policies.flatMap((policy) => {
      const own = byPolicy.get(policy.name);
      return own ? [{ policy, bindings: own }] : [];
    });
  }

  /** Whether nothing is in force at all. */
  get isEmpty(): boolean {
    return this.#bound.length === 0;
  }

  /** What can judge a request, ordered by the names of policies and of bindings. */
  candidates(type: ResourceType, shape: RequestShape): readonly Candidate[] {
    let slices = this.#slices.get(type);
    if (!slices) this.#slices.set(type, (slices = new Map<string, readonly Candidate[]>()));
    const key = `${shape.version} ${shape.subresource} ${shape.operation}`;
    let slice = slices.get(key);
    if (!slice) slices.set(key, (slice = this.#slice(shape)));
    return slice;
  }

  #slice(shape: RequestShape): Candidate[] {
    return this.#bound.flatMap(({ policy, bindings }): Candidate[] => {
      const match = fittingOf(policy.match, shape);
      if (!match) return [];
      const fitting = bindings.flatMap((binding): BoundCandidate[] => {
        if (!binding.match) return [{ binding, match: undefined }];
        const own = fittingOf(binding.match, shape);
        return own ? [{ binding, match: own }] : [];
      });
      return fitting.length === 0 ? [] : [{ policy, ...match, bindings: fitting }];
    });
  }
}

function fittingOf(match: ResourceMatch, shape: RequestShape): Fitting | undefined {
  const rules = match.ofShape(shape);
  return rules && { rules, selectors: match.hasSelectors ? match : undefined };
}

/** Reads policies and bindings; what has not changed since the last time is the same again, with its programs. */
export class PolicyLoader {
  readonly #policies = new WeakMap<StoredObject, LoadedPolicy>();
  readonly #bindings = new WeakMap<StoredObject, LoadedBinding>();

  load(store: Store, tenant: string): PolicyIndex {
    const policies = store.list(bucketOf(tenant, admissionPolicies)).objects;
    const bindings = store.list(bucketOf(tenant, admissionBindings)).objects;
    return new PolicyIndex(
      policies.flatMap((stored) => this.#policy(stored) ?? []),
      bindings.flatMap((stored) => this.#binding(stored) ?? []),
    );
  }

  #policy(stored: StoredObject): LoadedPolicy | undefined {
    const known = this.#policies.get(stored);
    if (known) return known;
    const object = parseStored(stored);
    if (!isAdmissionPolicy(object)) return undefined;
    const loaded = new LoadedPolicy(stored.key, object);
    this.#policies.set(stored, loaded);
    return loaded;
  }

  #binding(stored: StoredObject): LoadedBinding | undefined {
    const known = this.#bindings.get(stored);
    if (known) return known;
    const object = parseStored(stored);
    if (!isAdmissionBinding(object)) return undefined;
    const { matchResources } = object.spec;
    const loaded: LoadedBinding = {
      object,
      key: stored.key,
      match: matchResources && new ResourceMatch(matchResources),
    };
    this.#bindings.set(stored, loaded);
    return loaded;
  }
}

/** The index of what a store holds at the moment: made again when a commit has changed it, at the next question. */
export class FollowedPolicies {
  readonly loader: PolicyLoader;
  readonly #store: Store;
  readonly #tenant: string;
  #close: () => void = () => {};
  #index: PolicyIndex | undefined;

  /** @param loader shared by all who read the same policies, so that each is compiled once */
  constructor(store: Store, tenant: string, loader = new PolicyLoader()) {
    this.#store = store;
    this.#tenant = tenant;
    this.loader = loader;
  }

  /** The policies and bindings of now. */
  get index(): PolicyIndex {
    this.#index ??= this.#load();
    return this.#index;
  }

  /** Stops following the store. */
  close(): void {
    this.#close();
  }

  /** What wakes us is told within the commit, so nobody sees a commit by which we do not go. */
  #load(): PolicyIndex {
    this.#close();
    const { revision } = this.#store;
    const forget = (): void => {
      this.#index = undefined;
    };
    const watchers = [admissionPolicies, admissionBindings].map((id) =>
      this.#store.watch(bucketOf(this.#tenant, id), revision, forget),
    );
    this.#close = () => {
      for (const watcher of watchers) watcher.close();
    };
    return this.loader.load(this.#store, this.#tenant);
  }
}
