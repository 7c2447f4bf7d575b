import { hash } from 'node:crypto';
import { JOSEError } from 'jose/errors';
import { decodeJwt } from 'jose/jwt/decode';
import { StatusError, unauthorized } from '../../model/status-error.ts';
import type { Store } from '../../store/port.ts';
import type { Authenticator, Credentials, UserInfo } from '../port.ts';
import { BoundedCache } from './bounded-cache.ts';
import {
  boundKinds,
  parseClaims,
  type ServiceAccountClaims,
  serviceAccountUser,
} from './service-account-claims.ts';
import {
  defaultIssuer,
  storedMetadata,
  type TokenSettings,
  tokenAlgorithm,
} from './service-account-tokens.ts';

/** How far `nbf` and `iat` may lie ahead: the clock of this machine may have been set back since. */
const aheadMsMax = 5 * 60 * 1000;
/** How long an object counts after its deletion has begun, as in Kubernetes, so that what ends with it can report. */
const deletedGraceMs = 60 * 1000;
/** Tokens whose signature is remembered; about 1 kB each. */
const cacheLimit = 10_000;
const tokenLengthMax = 16_384;

/** What a TokenReview is answered with. */
export interface ReviewedToken {
  user: UserInfo;
  /** Those of the asked audiences that the token is for. */
  audiences: string[];
}

/** An object that a token needs, as it was when it was last looked at. */
interface Need {
  readonly key: string;
  readonly uid: string;
  readonly what: string;
  revision: number;
  /** From this instant the object counts as deleted, in milliseconds since the Unix epoch. */
  voidAt: number;
}

interface VerifiedToken {
  readonly claims: ServiceAccountClaims;
  readonly user: UserInfo;
  readonly isForApi: boolean;
  readonly needs: readonly Need[];
}

/**
 * Authenticates service accounts by their tokens. A signature is verified once and remembered; that the token has not
 * expired and that the service account and the bound object are still there is looked at on every use, against the
 * store's newest state, so that a revocation holds at once.
 * Tokens of other issuers are left to other authenticators.
 * Spec: Kubernetes, Service account tokens; RFC 7515, RFC 7519.
 */
export class ServiceAccountAuthenticator implements Authenticator {
  readonly name = 'serviceaccount';
  readonly #settings: TokenSettings;
  readonly #issuer: string;
  readonly #audiences: readonly string[];
  readonly #cache = new BoundedCache<VerifiedToken>(cacheLimit);

  constructor(settings: TokenSettings) {
    this.#settings = settings;
    this.#issuer = settings.issuer ?? defaultIssuer;
    this.#audiences = settings.audiences ?? [this.#issuer];
  }

  authenticate({ bearer }: Credentials): UserInfo | undefined | Promise<UserInfo | undefined> {
    if (bearer === undefined) return undefined;
    const digest = hash('sha256', bearer, 'base64');
    const known = this.#cache.get(digest);
    if (known !== undefined) return this.#userForApi(known, digest);
    if (!this.#isOurs(bearer)) return undefined;
    return this.#verify(bearer, digest).then((token) => this.#userForApi(token, digest));
  }

  /**
   * Checks a token for a TokenReview.
   * @param audiences Who asks; empty: this server.
   * @returns undefined when the token is not one of a service account.
   * @throws StatusError 401 when it is not valid, or for none of the audiences.
   */
  async review(token: string, audiences: readonly string[] = []): Promise<ReviewedToken | undefined> {
    if (!this.#isOurs(token)) return undefined;
    const digest = hash('sha256', token, 'base64');
    const verified = this.#cache.get(digest) ?? (await this.#verify(token, digest));
    this.#assertValid(verified, digest);
    const asked = audiences.length === 0 ? this.#audiences : audiences;
    const matched = asked.filter((audience) => verified.claims.audiences.includes(audience));
    if (matched.length === 0) throw wrongAudience(verified.claims, asked);
    return { user: verified.user, audiences: matched };
  }

  #userForApi(token: VerifiedToken, digest: string): UserInfo {
    this.#assertValid(token, digest);
    if (!token.isForApi) throw wrongAudience(token.claims, this.#audiences);
    return token.user;
  }

  /** Whether a text says that it is a token of our issuer. Nothing in it is believed before it is verified. */
  #isOurs(token: string): boolean {
    return claimedIssuer(token) === this.#issuer;
  }

  async #verify(token: string, digest: string): Promise<VerifiedToken> {
    // The first token loads what verifies; a start without tokens does not wait for it.
    const { compactVerify } = await import('jose');
    const { publicKey } = this.#settings.key;
    let payload: Uint8Array;
    try {
      ({ payload } = await compactVerify(token, publicKey, { algorithms: [tokenAlgorithm] }));
    } catch (error) {
      if (error instanceof JOSEError) throw refused('the service account token is not valid', error);
      throw error;
    }
    const claims = parseClaims(JSON.parse(Buffer.from(payload).toString('utf8')));
    if (claims === undefined || claims.issuer !== this.#issuer) {
      throw unauthorized('the service account token lacks a claim, or has a wrong one');
    }
    const verified: VerifiedToken = {
      claims,
      user: serviceAccountUser(claims),
      isForApi: this.#audiences.some((audience) => claims.audiences.includes(audience)),
      needs: needsOf(this.#settings.tenant, claims),
    };
    this.#assertValid(verified, digest);
    this.#cache.set(digest, verified);
    return verified;
  }

  #assertValid(token: VerifiedToken, digest: string): void {
    const { store, clock } = this.#settings;
    const now = clock.now();
    const { claims } = token;
    if (now >= claims.expiresAt * 1000) {
      this.#cache.delete(digest);
      throw unauthorized('the service account token has expired');
    }
    if (now + aheadMsMax < claims.notBefore * 1000 || now + aheadMsMax < claims.issuedAt * 1000) {
      throw unauthorized('the service account token is not valid yet: was the clock of the server set back?');
    }
    for (const need of token.needs) {
      if (isMet(need, store, now)) continue;
      this.#cache.delete(digest);
      throw unauthorized(`the service account token has been invalidated: ${need.what} is gone`);
    }
  }
}

/** The issuer that a text names, if it is a token at all. Nothing in it is believed before it is verified. */
export function claimedIssuer(token: string): string | undefined {
  if (token.length > tokenLengthMax) return undefined;
  try {
    return decodeJwt(token).iss;
  } catch (error) {
    if (error instanceof JOSEError) return undefined;
    throw error;
  }
}

function needsOf(tenant: string, claims: ServiceAccountClaims): Need[] {
  const { namespace, serviceAccount, bound } = claims;
  const need = (resource: string, kind: string, { name, uid }: { name: string; uid: string }): Need => ({
    key: `${tenant}/core/${resource}/${namespace}/${name}`,
    uid,
    what: `${kind} ${namespace}/${name}`,
    revision: 0,
    voidAt: 0,
  });
  const needs = [need('serviceaccounts', 'ServiceAccount', serviceAccount)];
  if (bound) needs.push(need(boundKinds[bound.kind], bound.kind, bound));
  return needs;
}

function isMet(need: Need, store: Store, now: number): boolean {
  const stored = store.get(need.key);
  if (stored === undefined) return false;
  if (stored.revision !== need.revision) {
    need.voidAt = voidAt(stored.value, need.uid);
    need.revision = stored.revision;
  }
  return now < need.voidAt;
}

/** When the object stops to count: at once when it is another one of the same name, never when nobody deletes it. */
function voidAt(value: string, uid: string): number {
  const { deletionTimestamp, uid: found } = storedMetadata(value);
  if (found !== uid) return Number.NEGATIVE_INFINITY;
  if (deletionTimestamp === undefined || deletionTimestamp === null) return Number.POSITIVE_INFINITY;
  const deletedAt = typeof deletionTimestamp === 'string' ? Date.parse(deletionTimestamp) : Number.NaN;
  return Number.isNaN(deletedAt) ? Number.NEGATIVE_INFINITY : deletedAt + deletedGraceMs;
}

function wrongAudience(claims: ServiceAccountClaims, asked: readonly string[]): StatusError {
  const list = (audiences: readonly string[]): string => JSON.stringify(audiences);
  return unauthorized(`the token is for the audiences ${list(claims.audiences)}, not for ${list(asked)}`);
}

function refused(message: string, cause: unknown): StatusError {
  return new StatusError(401, 'Unauthorized', message, undefined, cause);
}
