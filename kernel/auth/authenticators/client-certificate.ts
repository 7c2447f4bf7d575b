import { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { unauthorized } from '../../model/status-error.ts';
import type { Clock } from '../../ports/clock.ts';
import { tenantUriPrefix } from '../pki/tenant-uri.ts';
import type { Authenticator, UserInfo } from '../port.ts';
import { frozenUser } from '../user.ts';

/** Who a connection belongs to, until when, in milliseconds since the Unix epoch. */
interface Holder {
  readonly user: UserInfo;
  /** Uid of the tenant whose certificate it is; undefined: it is the host's. */
  readonly tenant: string | undefined;
  readonly notBefore: number;
  readonly notAfter: number;
}

/**
 * Authenticates by client certificates of one authority: the common name is the user name, each organization a group.
 * A certificate is read once per connection; its end is looked at on each request.
 * The TLS server must ask for certificates (`requestCert`) and trust the authority (`ca`).
 * Spec: Kubernetes authentication strategies, X.509 client certificates.
 */
export class ClientCertificates {
  readonly #authority: X509Certificate;
  readonly #clock: Clock;
  readonly #holders = new WeakMap<TLSSocket, Holder>();

  /** @param ca The certificate of the authority, as PEM. */
  constructor(ca: string, clock: Clock) {
    this.#authority = new X509Certificate(ca);
    this.#clock = clock;
  }

  /**
   * Knows the holders of one tenant's certificates, and nobody else.
   * @param tenant its uid; undefined: the host, whose certificates name no tenant
   */
  authenticator(tenant: string | undefined): Authenticator {
    return {
      name: 'x509',
      authenticate: ({ socket }) => {
        const holder = socket && this.#holder(socket);
        if (holder === undefined || holder.tenant !== tenant) return undefined;
        const now = this.#clock.now();
        if (now > holder.notAfter) throw unauthorized('the client certificate has expired');
        if (now < holder.notBefore) throw unauthorized('the client certificate is not valid yet');
        return holder.user;
      },
    };
  }

  /**
   * Whose certificate a connection brings along: the uid of a tenant, or `host`; undefined without a certificate.
   * @throws StatusError 401 when it is not one of this authority
   */
  claim(socket: TLSSocket): { readonly tenant: string | undefined } | undefined {
    const holder = this.#holder(socket);
    return holder && { tenant: holder.tenant };
  }

  #holder(socket: TLSSocket): Holder | undefined {
    const known = this.#holders.get(socket);
    if (known !== undefined) return known;
    const holder = holderOf(socket, this.#authority);
    if (holder !== undefined) this.#holders.set(socket, holder);
    return holder;
  }
}

function holderOf(socket: TLSSocket, authority: X509Certificate): Holder | undefined {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return undefined;
  // `authorized` also holds for whatever else the server trusts, and for resumed sessions; ask for our signature.
  if (!socket.authorized || !certificate.checkIssued(authority) || !certificate.verify(authority.publicKey)) {
    throw unauthorized('the client certificate was not issued by this server, or it has expired');
  }
  const { CN: commonName, O: organizations = [] } = certificate.toLegacyObject().subject;
  if (typeof commonName !== 'string' || commonName === '') {
    throw unauthorized('the client certificate does not have one common name');
  }
  return {
    tenant: tenantOf(certificate),
    user: frozenUser({ username: commonName, groups: [organizations].flat() }),
    notBefore: certificate.validFromDate.getTime(),
    notAfter: certificate.validToDate.getTime(),
  };
}

/**
 * The uid of the tenant that a certificate names.
 * @throws StatusError 401 when it names several, or one in no form that this authority writes
 */
function tenantOf(certificate: X509Certificate): string | undefined {
  const names = (certificate.subjectAltName ?? '')
    .split(', ')
    .filter((name) => name.includes(tenantUriPrefix));
  const [name] = names;
  if (name === undefined) return undefined;
  const uid = /^URI:(.*)$/.exec(name)?.[1]?.slice(tenantUriPrefix.length) ?? '';
  if (names.length === 1 && /^[0-9a-f-]{36}$/.test(uid)) return uid;
  throw unauthorized('the client certificate does not name one tenant');
}
