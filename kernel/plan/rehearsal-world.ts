import { LocalClient } from '../api/local-client.ts';
import { Objects } from '../api/objects.ts';
import { Registry, type ServedResource } from '../api/registry.ts';
import type { WriteQuota } from '../api/write-quota.ts';
import type { Authorizer, UserInfo } from '../auth/port.ts';
import { RbacAuthorizer } from '../auth/rbac/authorizer.ts';
import { rbacGroup } from '../auth/rbac/role.ts';
import type { EscalationCheck } from '../builtin/role.ts';
import { type CrdController, crdController } from '../crd/crd-controller.ts';
import { ServedCrds } from '../crd/served-crds.ts';
import type { KubeObject } from '../model/object.ts';
import type { ResourceType } from '../model/resource-type.ts';
import type { AdmissionControl } from '../policy/admission-control.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import type { Store, StoredObject } from '../store/port.ts';
import { OverlayStore } from './overlay-store.ts';

/** What a rehearsal takes from the world that it copies. */
export interface WorldOptions {
  readonly store: Store;
  readonly tenant: string;
  readonly registry: Registry;
  readonly authorizer: Authorizer;
  readonly clock: Clock;
  readonly random: Random;
  /** The check that a role or binding gives no more than its writer has, by the rights of an authorizer. */
  readonly escalation: (authorizer: RbacAuthorizer) => {
    readonly checkRole: EscalationCheck;
    readonly checkBinding: EscalationCheck;
  };
  /** Bounds what may be stored once the change is made; absent: there is no bound. */
  readonly quota?: WriteQuota | undefined;
  /** Judges the writes by the admission policies that hold in the rehearsal; absent: nothing judges them. */
  readonly admission?: Pick<AdmissionControl, 'inRehearsal'>;
  /** As whom the definitions of kinds are brought to life. */
  readonly kernelUser: UserInfo;
}

/**
 * The API on top of an overlay: the real write path over the real state, in which nothing that is written lasts. Kinds
 * that are defined in it are served in it, and rights that are given in it hold in it.
 */
export class RehearsalWorld {
  readonly store: OverlayStore;
  readonly objects: Objects;
  readonly registry = new Registry();
  readonly #crds: CrdController;
  readonly #rbac: RbacAuthorizer | undefined;
  readonly #authorizer: Authorizer;
  readonly #admission: ReturnType<AdmissionControl['inRehearsal']> | undefined;

  /** @param givesRights whether roles or bindings are written here, which then count */
  constructor(options: WorldOptions, givesRights: boolean) {
    const { tenant, clock, random } = options;
    this.store = new OverlayStore(options.store);
    this.#rbac = givesRights ? new RbacAuthorizer(this.store, tenant) : undefined;
    this.#authorizer = this.#rbac ?? options.authorizer;
    const { store, registry } = this;
    this.#admission = options.admission?.inRehearsal({ store, registry, authorizer: this.#authorizer });
    const review = this.#admission?.review;
    this.objects = new Objects({ store, tenant, clock, random, ...(review ? { review } : {}) });
    const types = options.registry.all();
    const { escalation } = options;
    const rbac = this.#rbac;
    this.registry.setAll(rbac ? types.map((type) => withRights(type, escalation(rbac))) : types);
    this.#crds = this.#definitions(options);
  }

  #definitions({ kernelUser, clock }: WorldOptions): CrdController {
    const client = new LocalClient({
      objects: this.objects,
      registry: this.registry,
      authorizer: this.#authorizer,
      user: kernelUser,
      fieldManager: 'plinth',
      onFault: (_what, error) => {
        throw error;
      },
    });
    const served = new ServedCrds(this.registry);
    return crdController({ client, registry: this.registry, served, clock });
  }

  allows(user: UserInfo, verb: string, type: ResourceType, namespace: string, name: string): boolean {
    const { group, resource } = type;
    return this.#authorizer.authorize({ user, verb, group, resource, subresource: '', namespace, name })
      .allowed;
  }

  /** Brings a definition to life that was written here, as its controller does; that is no part of what is planned. */
  async define(name: string): Promise<void> {
    await this.store.aside(async () => await this.#crds.reconcile({ name }));
  }

  /** A stored object in the version that the change is written in; undefined when there is none. */
  object(stored: StoredObject | undefined, served: ServedResource): KubeObject | undefined {
    return stored && this.objects.renderer.object(stored, served);
  }

  close(): void {
    this.#rbac?.close();
    this.#admission?.close();
  }
}

/** The kind with its check of escalation by the rights that hold in the rehearsal. */
function withRights(
  type: ResourceType,
  { checkRole, checkBinding }: ReturnType<WorldOptions['escalation']>,
): ResourceType {
  if (type.group !== rbacGroup) return type;
  const admit = type.kind.endsWith('Binding') ? checkBinding : checkRole;
  return { ...type, strategy: { ...type.strategy, admit } };
}
