import { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { unauthorized } from '../../model/status-error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Authenticator, UserInfo } from '../port.ts';
import { frozenUser } from '../user.ts';

/** Who a connection belongs to, until when, in milliseconds since the Unix epoch. */
interface Holder {
  readonly user: UserInfo;
  readonly notBefore: number;
  readonly notAfter: number;
}

/**
 * Authenticates by client certificates of one authority: the common name is the user name, each organization a group.
 * A certificate is read once per connection; its end is looked at on each request.
 * The TLS server must ask for certificates (`requestCert`) and trust the authority (`ca`).
 * @param ca The certificate of the authority, as PEM.
 * Spec: Kubernetes authentication strategies, X.509 client certificates.
 */
export function clientCertificateAuthenticator(ca: string, clock: Clock): Authenticator {
  const authority = new X509Certificate(ca);
  const holders = new WeakMap<TLSSocket, Holder>();
  return {
    name: 'x509',
    authenticate({ socket }) {
      if (socket === undefined) return undefined;
      let holder = holders.get(socket);
      if (holder === undefined) {
        holder = holderOf(socket, authority);
        if (holder === undefined) return undefined;
        holders.set(socket, holder);
      }
      const now = clock.now();
      if (now > holder.notAfter) throw unauthorized('the client certificate has expired');
      if (now < holder.notBefore) throw unauthorized('the client certificate is not valid yet');
      return holder.user;
    },
  };
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
    user: frozenUser({ username: commonName, groups: [organizations].flat() }),
    notBefore: certificate.validFromDate.getTime(),
    notAfter: certificate.validToDate.getTime(),
  };
}
