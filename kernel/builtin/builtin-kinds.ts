import type { Authorizer } from '../auth/port.ts';
import { customResourceDefinitionKind } from '../crd/crd-kind.ts';
import type { KindDefinition } from '../model/define-kind.ts';
import { accessReviewKinds } from './access-review.ts';
import { configMapKind } from './config-map.ts';
import { endpointSliceKind } from './endpoint-slice.ts';
import { endpointsKind } from './endpoints.ts';
import { eventKind } from './event.ts';
import { dropNulls } from './field-access.ts';
import { leaseKind } from './lease.ts';
import { namespaceKind } from './namespace.ts';
import { type EscalationCheck, roleKinds } from './role.ts';
import { roleBindingKinds } from './role-binding.ts';
import { secretKind } from './secret.ts';
import { serviceKind } from './service.ts';
import { type IssueToken, serviceAccountKind } from './service-account.ts';
import { type AuthenticateToken, identityReviewKinds } from './token-review.ts';

/** What built-in kinds ask of the rest of the kernel. */
export interface BuiltinServices {
  readonly authorizer: Authorizer;
  readonly authenticateToken: AuthenticateToken;
  readonly issueToken: IssueToken;
  /** Called before a Role or ClusterRole is written; throws when it gives more than its writer has. */
  readonly checkRole: EscalationCheck;
  /** Called before a RoleBinding or ClusterRoleBinding is written; throws when it gives more than its writer has. */
  readonly checkBinding: EscalationCheck;
}

/** All kinds that are there before anybody has defined one. */
export function builtinKinds(services: BuiltinServices): KindDefinition[] {
  const kinds: KindDefinition[] = [
    namespaceKind,
    configMapKind,
    secretKind,
    eventKind,
    serviceAccountKind(services),
    leaseKind,
    serviceKind,
    endpointsKind,
    endpointSliceKind,
    ...roleKinds(services.checkRole),
    ...roleBindingKinds(services.checkBinding),
    ...accessReviewKinds(services),
    ...identityReviewKinds(services),
  ];
  return [...kinds.map(withoutNulls), customResourceDefinitionKind];
}

/** The kind with null fields dropped before anything else looks at the object. */
function withoutNulls(kind: KindDefinition): KindDefinition {
  const { strategy = {} } = kind;
  return {
    ...kind,
    strategy: {
      ...strategy,
      prepare(object, old, context) {
        dropNulls(object);
        strategy.prepare?.(object, old, context);
      },
    },
  };
}
