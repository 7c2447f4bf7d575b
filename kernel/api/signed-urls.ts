import { createHmac, timingSafeEqual } from 'node:crypto';
import type { UserInfo } from '../auth/port.ts';
import { isObject } from '../model/json.ts';
import type { Clock } from '../ports/clock.ts';
import type { SentRequest, UrlGrant } from './http-protocol.ts';

/** The parameter of a URL that says whom it was given to, for what, and until when, and that has the signature of that. */
const signatureParameter = 'plinth-signature';
/** Characters of that parameter: a user with a few hundred groups. Longer ones are not looked at. */
const charactersMax = 16_384;

/** What a URL is made for. */
export interface UrlPurpose {
  readonly method: SentRequest['method'];
  /** Below the path of the virtual cluster, as it will be sent. */
  readonly path: string;
  /** Who may use it, and is answerable for what is done with it. */
  readonly user: UserInfo;
  readonly lifetimeMs: number;
  /** What else the endpoint is to know and the client must not change. */
  readonly facts?: UrlGrant['facts'];
  /** Set for clients that write a query of their own in the place of any other: the signature ends the path. */
  readonly inPath?: boolean;
}

/** What stands before a signature that ends a path. */
const pathMark = `/${signatureParameter}/`;

/** Whether a request has a signature, valid or not, and where. */
export function signaturePlace({
  path,
  query,
}: Pick<SentRequest, 'path' | 'query'>): 'query' | 'path' | undefined {
  if (path.includes(pathMark)) return 'path';
  return query.has(signatureParameter) ? 'query' : undefined;
}

/**
 * URLs for clients that send no credential where they are told to go, such as the uploads of Terraform. A URL lets one user do one
 * thing at one path until it ends; what the user may do is asked again when it is used. The signature is HMAC-SHA-256 over
 * method, path, user, end and facts; the key belongs to one capability of one virtual cluster.
 * Spec: RFC 2104.
 */
export class SignedUrls {
  readonly #keys: () => readonly Buffer[];
  readonly #clock: Clock;

  /** @param keys the newest first, which signs; all of them are taken when a URL comes back */
  constructor(keys: () => readonly Buffer[], clock: Clock) {
    this.#keys = keys;
    this.#clock = clock;
  }

  /** @returns the path with its signature, to stand behind the address of the virtual cluster */
  sign({ method, path, user, lifetimeMs, facts = {}, inPath = false }: UrlPurpose): string {
    const [key] = this.#keys();
    if (!key) throw new TypeError('there is no key to sign URLs with');
    const { username, uid, groups, extra } = user;
    const payload = { until: this.#clock.now() + lifetimeMs, user: { username, uid, groups, extra }, facts };
    const text = Buffer.from(JSON.stringify(payload)).toString('base64url');
    const signature = `${text}.${macOf(key, method, path, text).toString('base64url')}`;
    return inPath ? `${path}${pathMark}${signature}` : `${path}?${signatureParameter}=${signature}`;
  }

  /** Whom the URL of a request was given to; undefined unless it is one of ours, for this, and has not ended. */
  read({ method, path: whole, query }: SentRequest): UrlGrant | undefined {
    const [path = '', ...inPath] = whole.split(pathMark);
    const [sent, ...more] = [...inPath, ...query.getAll(signatureParameter)];
    if (sent === undefined || more.length > 0 || sent.length > charactersMax) return undefined;
    const [text = '', signature = '', ...rest] = sent.split('.');
    if (rest.length > 0) return undefined;
    const mac = Buffer.from(signature, 'base64url');
    const isOurs = this.#keys().some((key) => {
      const expected = macOf(key, method, path, text);
      return mac.length === expected.length && timingSafeEqual(mac, expected);
    });
    return isOurs ? grantOf(text, this.#clock.now()) : undefined;
  }
}

function macOf(key: Buffer, method: string, path: string, text: string): Buffer {
  return createHmac('sha256', key)
    .update(JSON.stringify([method, path, text]))
    .digest();
}

/** Reads what was signed. */
function grantOf(text: string, nowMs: number): UrlGrant | undefined {
  const payload: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
  return isPayload(payload) && nowMs < payload.until
    ? { user: payload.user, facts: payload.facts }
    : undefined;
}

/** What was signed has the fields that this version signs. */
function isPayload(value: unknown): value is UrlGrant & { readonly until: number } {
  return (
    isObject(value) &&
    typeof value['until'] === 'number' &&
    isObject(value['user']) &&
    typeof value['user']['username'] === 'string' &&
    Array.isArray(value['user']['groups']) &&
    isObject(value['facts'])
  );
}
