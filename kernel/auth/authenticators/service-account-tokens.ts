import { isObject } from '../../model/json.ts';
import type { KubeObject } from '../../model/object.ts';
import { conflict, invalid, notFound, StatusError } from '../../model/status-error.ts';
import { type Clock, formatTime } from '../../ports/clock.ts';
import type { Random } from '../../ports/random.ts';
import type { Store } from '../../store/port.ts';
import type { BoundKind, ServiceAccountClaims } from './service-account-claims.ts';
import { boundKinds, claimsPayload } from './service-account-claims.ts';
import type { ServiceAccountKey } from './service-account-key.ts';

/** Who issues the tokens, unless the installation says otherwise: the same as in a Kubernetes cluster. */
export const defaultIssuer = 'https://kubernetes.default.svc.cluster.local';
/** The algorithm that tokens are signed with; no other is accepted. */
export const tokenAlgorithm = 'ES256';

const expirationSecondsMin = 600;
const expirationSecondsDefault = 3600;
// A quarter: long enough for a pipeline's credential, short enough that a forgotten one dies.
const expirationSecondsMaxDefault = 90 * 24 * 3600;
// The limit of the Kubernetes API for the field.
const expirationSecondsLimit = 2 ** 32;

/** What issuer and authenticator of tokens share. */
export interface TokenSettings {
  store: Store;
  /** First segment of the store keys where service accounts are. */
  tenant: string;
  key: ServiceAccountKey;
  clock: Clock;
  /** `iss` of tokens; default {@link defaultIssuer}. */
  issuer?: string;
  /** Audiences of this server; default: the issuer. */
  audiences?: readonly string[];
}

/** Spec: Kubernetes authentication/v1 TokenRequestSpec. */
export interface TokenRequest {
  audiences?: readonly string[];
  /** Seconds that the token lives: at least 600, default 3600, cut to the issuer's longest. */
  expirationSeconds?: number;
  boundObjectRef?: { kind?: string; apiVersion?: string; name?: string; uid?: string };
}

/** A token, and what a TokenRequest answers with. */
export interface IssuedToken {
  token: string;
  /** RFC 3339. */
  expirationTimestamp: string;
  audiences: string[];
  expirationSeconds: number;
}

/** What the issuer needs besides. */
export interface IssuerSettings extends TokenSettings {
  random: Random;
  /** Longest life of a token; longer requests are cut to it. Default 90 days. */
  expirationSecondsMax?: number;
}

/** Issues tokens of service accounts. */
export type IssueToken = (serviceAccount: KubeObject, request?: TokenRequest) => Promise<IssuedToken>;

/**
 * Makes the function that issues tokens, for the `token` subresource of service accounts. A token is void when it
 * expires, or when the service account or the object that it is bound to is gone, or is another one of the same name.
 * One token is revoked by itself by binding it to a Secret of its own and deleting that, as in Kubernetes. There are
 * no tokens in Secrets of type kubernetes.io/service-account-token.
 *
 * The function throws StatusError 422 when the life asked for is too short or too long, 404 when the bound object is
 * absent, 409 when it has another uid, 400 when it is of another kind than Secret or Pod.
 * Spec: Kubernetes authentication/v1 TokenRequest; RFC 7519.
 */
export function tokenIssuer(settings: IssuerSettings): IssueToken {
  const issuer = settings.issuer ?? defaultIssuer;
  const longest = settings.expirationSecondsMax ?? expirationSecondsMaxDefault;
  return async (serviceAccount, request = {}) => {
    const { name, namespace = '', uid } = serviceAccount.metadata;
    const asked = request.expirationSeconds ?? expirationSecondsDefault;
    assertLife(name, asked);
    const expirationSeconds = Math.min(asked, longest);
    const bound = boundObject(settings, namespace, request.boundObjectRef);
    const audiences = request.audiences?.length ? request.audiences : (settings.audiences ?? [issuer]);
    const issuedAt = Math.floor(settings.clock.now() / 1000);
    const claims: ServiceAccountClaims = {
      issuer,
      audiences,
      id: settings.random.uuid(),
      issuedAt,
      notBefore: issuedAt,
      expiresAt: issuedAt + expirationSeconds,
      namespace,
      serviceAccount: { name, uid },
      ...(bound ? { bound } : {}),
    };
    const { SignJWT } = await import('jose');
    const token = await new SignJWT(claimsPayload(claims))
      .setProtectedHeader({ alg: tokenAlgorithm, kid: settings.key.id })
      .sign(settings.key.privateKey);
    const expirationTimestamp = formatTime(claims.expiresAt * 1000);
    return { token, expirationTimestamp, audiences: [...audiences], expirationSeconds };
  };
}

function assertLife(name: string, seconds: number): void {
  const field = 'spec.expirationSeconds';
  const refuse = (detail: string): StatusError =>
    invalid('authentication.k8s.io', 'TokenRequest', name, [
      { type: 'FieldValueInvalid', field, badValue: seconds, detail },
    ]);
  if (!Number.isSafeInteger(seconds)) throw refuse('must be a whole number of seconds');
  if (seconds < expirationSecondsMin) throw refuse('may not specify a duration less than 10 minutes');
  if (seconds > expirationSecondsLimit) throw refuse('may not specify a duration larger than 2^32 seconds');
}

function isBoundKind(kind: string): kind is BoundKind {
  return Object.hasOwn(boundKinds, kind);
}

function boundObject(
  { store, tenant }: TokenSettings,
  namespace: string,
  ref: TokenRequest['boundObjectRef'],
): ServiceAccountClaims['bound'] {
  if (ref === undefined) return undefined;
  const { kind = '', apiVersion = 'v1', name = '', uid } = ref;
  if (!isBoundKind(kind) || apiVersion !== 'v1') {
    const found = `${apiVersion}, Kind=${kind}`;
    throw new StatusError(
      400,
      'BadRequest',
      `cannot bind token to object of type ${found}: expected v1 Secret or Pod`,
    );
  }
  const resource = { group: '', resource: boundKinds[kind], name };
  const stored = store.get(`${tenant}/core/${resource.resource}/${namespace}/${name}`);
  if (stored === undefined) throw notFound(resource);
  const found = uidOf(stored.value);
  if (uid !== undefined && uid !== '' && uid !== found) {
    throw conflict(
      resource,
      `the UID in the bound object reference (${uid}) does not match the UID in record. ` +
        'The object might have been deleted and then recreated',
    );
  }
  return { kind, name, uid: found };
}

function uidOf(value: string): string {
  const { uid } = storedMetadata(value);
  return typeof uid === 'string' ? uid : '';
}

/** The metadata of an object as the store has it; empty when there is none. */
export function storedMetadata(value: string): Record<string, unknown> {
  const object: unknown = JSON.parse(value);
  return isObject(object) && isObject(object['metadata']) ? object['metadata'] : {};
}
