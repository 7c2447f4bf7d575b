import { labelSelectorFromObject, matchesLabels } from '@plinth/kube-selector';
import { keyOf, prefixOf } from '../api/keys.ts';
import type { Registry, ServedResource } from '../api/registry.ts';
import { Renderer } from '../api/versions.ts';
import type { KubeObject } from '../model/object.ts';
import { parseGroupVersion } from '../model/resource-type.ts';
import type { Store, StoredObject } from '../store/port.ts';
import type { AdmissionBinding } from './binding-kind.ts';
import type { AdmissionPolicy } from './policy-kind.ts';

/** A policy or binding cannot be worked out as it stands. The message says what is wrong with it. */
export class ConfigurationError extends Error {
  override name = 'ConfigurationError';
}

/** The one run of a policy without parameters. */
export const withoutParams: readonly undefined[] = [undefined];

/** Objects of a tenant as policies read them: each is parsed once for all policies, which change nothing. */
export class PolicyReader {
  readonly #store: Store;
  readonly #tenant: string;
  readonly #registry: Pick<Registry, 'forKind'>;
  readonly #renderer = new Renderer();
  readonly #parsed = new WeakMap<StoredObject, { served: ServedResource; object: KubeObject }>();

  constructor(store: Store, tenant: string, registry: Pick<Registry, 'forKind'>) {
    this.#store = store;
    this.#tenant = tenant;
    this.#registry = registry;
  }

  namespace(name: string): KubeObject | undefined {
    const served = this.#registry.forKind('v1', 'Namespace');
    const stored = this.#store.get(keyOf(this.#tenant, { group: '', resource: 'namespaces' }, '', name));
    return served && stored && this.#read(stored, served);
  }

  /** The kind that holds the parameters of a policy that takes some. @throws ConfigurationError when it is not served */
  paramKind({ spec }: AdmissionPolicy): ServedResource {
    const { apiVersion = '', kind = '' } = spec.paramKind ?? {};
    const served = this.#registry.forKind(apiVersion, kind);
    if (served) return served;
    const { group, version } = parseGroupVersion(apiVersion);
    const named = group === '' ? `${version}, Kind=${kind}` : `${group}/${version}, Kind=${kind}`;
    throw new ConfigurationError(`failed to find resource referenced by paramKind: '${named}'`);
  }

  /**
   * The parameters that a binding gives to its policy; `undefined` among them stands for null, when the
   * binding names none. Empty when there are none and that is allowed.
   * @param kind the kind that holds the parameters
   * @param namespace of the request; empty for cluster-scoped ones
   * @throws ConfigurationError when there are none and that is denied, or the reference does not fit the kind
   * Spec: Kubernetes apiserver, CollectParams.
   */
  params(
    kind: ServedResource,
    { spec: { paramRef } }: AdmissionBinding,
    namespace: string,
  ): readonly (KubeObject | undefined)[] {
    if (!paramRef) return withoutParams;
    const { name = '', namespace: own = '', selector, parameterNotFoundAction } = paramRef;
    const { namespaced } = kind.type;
    if (namespaced && own === '' && namespace === '') {
      throw new ConfigurationError(
        'cannot use namespaced paramRef in policy binding that matches cluster-scoped resources',
      );
    }
    if (!namespaced && own !== '') {
      throw new ConfigurationError(
        'paramRef.namespace must not be provided for a cluster-scoped `paramKind`',
      );
    }
    const place = namespaced ? own || namespace : '';
    const found = name === '' ? this.#selected(kind, place, selector) : this.#named(kind, place, name);
    if (found.length === 0 && parameterNotFoundAction === 'Deny') {
      throw new ConfigurationError('no params found for policy binding with `Deny` parameterNotFoundAction');
    }
    return found;
  }

  #named(kind: ServedResource, namespace: string, name: string): KubeObject[] {
    const stored = this.#store.get(keyOf(this.#tenant, kind.type, namespace, name));
    return stored ? [this.#read(stored, kind)] : [];
  }

  #selected(kind: ServedResource, namespace: string, selector: unknown): KubeObject[] {
    const parsed = labelSelectorFromObject(selector);
    if (!parsed.ok) throw new ConfigurationError(parsed.error.message);
    return this.#store
      .list(prefixOf(this.#tenant, kind.type, namespace))
      .objects.map((stored) => this.#read(stored, kind))
      .filter(({ metadata }) => matchesLabels(parsed.value, metadata.labels));
  }

  #read(stored: StoredObject, served: ServedResource): KubeObject {
    const known = this.#parsed.get(stored);
    if (known?.served.version === served.version) return known.object;
    const object = this.#renderer.object(stored, served);
    this.#parsed.set(stored, { served, object });
    return object;
  }
}
