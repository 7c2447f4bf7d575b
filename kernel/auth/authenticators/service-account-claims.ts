import type { UserInfo } from '../port.ts';
import { serviceAccountUsername } from '../rbac/role.ts';
import { frozenUser } from '../user.ts';

/** An object that a token names, and whose uid must still be this one. */
export interface BoundObject {
  readonly name: string;
  readonly uid: string;
}

/** Kinds that a token can be bound to, besides its service account, and their resources in the core group. */
export const boundKinds = { Secret: 'secrets', Pod: 'pods' } as const;
export type BoundKind = keyof typeof boundKinds;

/** What a token of a service account claims. Instants are seconds since the Unix epoch. */
export interface ServiceAccountClaims {
  readonly issuer: string;
  readonly audiences: readonly string[];
  readonly id: string;
  readonly issuedAt: number;
  readonly notBefore: number;
  readonly expiresAt: number;
  readonly namespace: string;
  readonly serviceAccount: BoundObject;
  readonly bound?: { readonly kind: BoundKind } & BoundObject;
}

/**
 * The claims as they stand in a token.
 * Spec: RFC 7519; Kubernetes, Service account tokens, Schema for service account private claims.
 */
export function claimsPayload(claims: ServiceAccountClaims): Record<string, unknown> {
  const { namespace, serviceAccount, bound } = claims;
  return {
    iss: claims.issuer,
    sub: serviceAccountUsername(namespace, serviceAccount.name),
    aud: claims.audiences,
    jti: claims.id,
    iat: claims.issuedAt,
    nbf: claims.notBefore,
    exp: claims.expiresAt,
    'kubernetes.io': {
      namespace,
      serviceaccount: serviceAccount,
      ...(bound ? { [bound.kind.toLowerCase()]: { name: bound.name, uid: bound.uid } } : {}),
    },
  };
}

function recordOf(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}

function boundObjectOf(value: unknown): BoundObject | undefined {
  const { name, uid } = recordOf(value) ?? {};
  return typeof name === 'string' && typeof uid === 'string' && name !== '' && uid !== ''
    ? { name, uid }
    : undefined;
}

/** Reads the payload of a token whose signature has been verified; undefined when a claim is absent or wrong. */
export function parseClaims(payload: unknown): ServiceAccountClaims | undefined {
  const { iss, sub, aud, jti, iat, nbf, exp, 'kubernetes.io': kubernetes } = recordOf(payload) ?? {};
  const { namespace, serviceaccount, secret, pod } = recordOf(kubernetes) ?? {};
  const serviceAccount = boundObjectOf(serviceaccount);
  const audiences = Array.isArray(aud) && aud.every((entry) => typeof entry === 'string') ? aud : undefined;
  if (typeof iss !== 'string' || typeof jti !== 'string' || typeof namespace !== 'string') return undefined;
  if (typeof iat !== 'number' || typeof nbf !== 'number' || typeof exp !== 'number') return undefined;
  if (serviceAccount === undefined || audiences === undefined) return undefined;
  if (sub !== serviceAccountUsername(namespace, serviceAccount.name)) return undefined;
  const bound = secret === undefined ? boundObjectOf(pod) : boundObjectOf(secret);
  if (bound === undefined && (secret !== undefined || pod !== undefined)) return undefined;
  return {
    issuer: iss,
    audiences,
    id: jti,
    issuedAt: iat,
    notBefore: nbf,
    expiresAt: exp,
    namespace,
    serviceAccount,
    ...(bound ? { bound: { kind: secret === undefined ? 'Pod' : 'Secret', ...bound } } : {}),
  };
}

/**
 * The user that a token stands for.
 * Spec: Kubernetes, Service account tokens; authentication.kubernetes.io/credential-id of KEP-4193.
 */
export function serviceAccountUser(claims: ServiceAccountClaims): UserInfo {
  const { namespace, serviceAccount, bound } = claims;
  const extra: Record<string, string[]> = {
    'authentication.kubernetes.io/credential-id': [`JTI=${claims.id}`],
  };
  if (bound?.kind === 'Pod') {
    extra['authentication.kubernetes.io/pod-name'] = [bound.name];
    extra['authentication.kubernetes.io/pod-uid'] = [bound.uid];
  }
  return frozenUser({
    username: serviceAccountUsername(namespace, serviceAccount.name),
    uid: serviceAccount.uid,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`],
    extra,
  });
}
