import { createPrivateKey, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { KeyError } from '../../crypto/key-error.ts';
import { ensurePrivateDirectory, readPrivateFile, writePrivateFile } from '../../crypto/private-file.ts';
import { Secret } from '../../crypto/secret.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Random } from '../../ports/random.ts';
import type { CertificateAndKey, Validity } from './issue.ts';
import { IssuingThread } from './issuing-thread.ts';

const dayMs = 24 * 60 * 60 * 1000;
// Ten years, as kubeadm: whoever trusts the authority has to be told of a new one by hand.
const authorityLifeMs = 3650 * dayMs;
const authorityRenewMs = 365 * dayMs;
// One year, as kubeadm; renewed in the last 60 days, so that a machine that starts every other month is served.
const serverLifeMs = 365 * dayMs;
const serverRenewMs = 60 * dayMs;
/** How far certificates reach back, for machines whose clocks are behind: 5 minutes, as Kubernetes signers do. */
const backdateMs = 5 * 60 * 1000;

/** Names that every server certificate has: the loopback addresses, and those by which pods find the API. */
const standardNames = [
  '127.0.0.1',
  '::1',
  'localhost',
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
];

/** How long the administrator's certificate is valid. */
const adminLifeMs = 365 * 24 * 3600 * 1000;

/** What a PKI directory is opened with. */
export interface PkiOptions {
  clock: Clock;
  random: Random;
  /** Further DNS names and IP addresses by which clients reach the server. */
  extraNames?: readonly string[];
  /** Where the authority is, when several installations of the server share it; by default beside the certificates. */
  authorityDirectory?: string;
}

/** For whom a client certificate is: the user name, its groups, and for how long in milliseconds. */
export interface ClientCertificateRequest {
  commonName: string;
  organizations: readonly string[];
  ttlMs: number;
  /** Uid of the tenant that it is for, and good for nowhere else; absent: the host. */
  tenant?: string;
}

/** A certificate and its key, both as PEM. */
export interface IssuedCertificate {
  certificate: string;
  key: Secret<string>;
}

/** The certificates of this installation. */
export interface Pki {
  /** The certificate of the authority, as PEM: what clients trust. */
  readonly ca: string;
  readonly server: IssuedCertificate;
  /**
   * The client certificate of the administrator, kept beside the others: user `plinth-admin` in group `system:masters`.
   * It is made anew when less than half a year of it is left.
   */
  adminCertificate(): Promise<IssuedCertificate>;
  /**
   * Issues a client certificate, signed by the authority. It begins 5 minutes ago and never outlives the authority.
   * @throws RangeError when a name is empty or has control characters, the tenant is no uid, or the time to live is not
   * positive.
   */
  issueClientCertificate(request: ClientCertificateRequest): Promise<IssuedCertificate>;
}

/**
 * Opens the PKI in `directory` (mode 0700, files 0600), making what is absent. The server certificate is renewed when
 * it ends within 60 days, is not valid yet by the clock, or lacks a name; the authority's, with the same key, when it
 * ends within a year. No thread is started to make certificates unless one is made.
 * @throws KeyError `key.permission`, `key.damaged` when the authority's certificate and key do not belong together.
 */
export async function openPki(directory: string, options: PkiOptions): Promise<Pki> {
  ensurePrivateDirectory(directory);
  const authorityDirectory = options.authorityDirectory ?? directory;
  ensurePrivateDirectory(authorityDirectory);
  const issuing = new IssuingThread(options.clock);
  const authority = await openAuthority(authorityDirectory, options, issuing);
  const ground = { ...options, authority, issuing };
  const server = await openServer(directory, ground);
  return {
    ca: authority.certificate,
    server: { certificate: server.certificate, key: new Secret(server.key) },
    adminCertificate: () => openAdmin(directory, ground),
    issueClientCertificate: (request) => issueClient(request, ground),
  };
}

/** What certificates are issued with. */
interface IssuingGround extends PkiOptions {
  readonly authority: CertificateAndKey;
  readonly issuing: IssuingThread;
}

async function openAuthority(
  directory: string,
  { clock, random }: PkiOptions,
  issuing: IssuingThread,
): Promise<CertificateAndKey> {
  const present = readAuthority(directory);
  const now = clock.now();
  if (present && holds(present, now, authorityRenewMs)) return present;
  // A name of its own for each installation, so that clients which trust several do not mix them up.
  const name = present ? commonNameOf(present) : `plinth-ca-${Buffer.from(random.bytes(4)).toString('hex')}`;
  const made = await issuing.make({
    make: 'authority',
    commonName: name,
    validity: validity(now, authorityLifeMs),
    ...(present ? { keyPem: present.key } : {}),
  });
  writePair(directory, 'ca', made);
  return made;
}

async function openServer(
  directory: string,
  { authority, issuing, clock, extraNames = [] }: IssuingGround,
): Promise<CertificateAndKey> {
  const names = serverNames(extraNames);
  const present = readPair(directory, 'server');
  const now = clock.now();
  if (
    present &&
    holds(present, now, serverRenewMs) &&
    isIssuedBy(present, authority) &&
    hasNames(present, names)
  ) {
    return present;
  }
  const made = await issuing.make({
    make: 'leaf',
    profile: { use: 'server', names },
    validity: within(validity(now, serverLifeMs), authority),
    authority,
  });
  writePair(directory, 'server', made);
  return made;
}

async function openAdmin(directory: string, ground: IssuingGround): Promise<IssuedCertificate> {
  const { authority, clock } = ground;
  const present = readPair(directory, 'admin');
  if (present && holds(present, clock.now(), adminLifeMs / 2) && isIssuedBy(present, authority)) {
    return { certificate: present.certificate, key: new Secret(present.key) };
  }
  const request = { commonName: 'plinth-admin', organizations: ['system:masters'], ttlMs: adminLifeMs };
  const issued = await issueClient(request, ground);
  writePair(directory, 'admin', { certificate: issued.certificate, key: issued.key.reveal() });
  return issued;
}

async function issueClient(
  request: ClientCertificateRequest,
  { authority, issuing, clock }: IssuingGround,
): Promise<IssuedCertificate> {
  for (const name of [request.commonName, ...request.organizations]) {
    if (!/^\P{Cc}+$/u.test(name)) {
      throw new RangeError(
        `${JSON.stringify(name)} cannot be in a certificate: expected text without control characters`,
      );
    }
  }
  if (!(request.ttlMs > 0)) throw new RangeError(`ttlMs must be positive, found ${request.ttlMs}`);
  const { commonName, organizations, tenant } = request;
  if (tenant !== undefined && !/^[0-9a-f-]{36}$/.test(tenant)) {
    throw new RangeError(`${JSON.stringify(tenant)} is not the uid of a tenant`);
  }
  const made = await issuing.make({
    make: 'leaf',
    profile: { use: 'client', commonName, organizations, ...(tenant === undefined ? {} : { tenant }) },
    validity: within(validity(clock.now(), request.ttlMs), authority),
    authority,
  });
  return { certificate: made.certificate, key: new Secret(made.key) };
}

function validity(now: number, lifeMs: number): Validity {
  return { notBefore: now - backdateMs, notAfter: now + lifeMs };
}

function within(period: Validity, authority: CertificateAndKey): Validity {
  const end = new X509Certificate(authority.certificate).validToDate.getTime();
  return { notBefore: period.notBefore, notAfter: Math.min(period.notAfter, end) };
}

/** The authority's certificate and key. The key is written first, so a key alone means that making them was cut off. */
function readAuthority(directory: string): CertificateAndKey | undefined {
  const certificate = readPrivateFile(join(directory, 'ca.crt'));
  if (certificate === undefined) return undefined;
  const pair = pairOf(certificate, readPrivateFile(join(directory, 'ca.key')));
  if (pair) return pair;
  throw new KeyError(
    'key.damaged',
    `ca.crt and ca.key in ${directory} do not belong together`,
    'Restore both files from a backup. Removing both makes a new authority, which every client has to be told of.',
  );
}

/** A certificate and its key; undefined when there are none, or when a renewal was cut off between the two. */
function readPair(directory: string, name: string): CertificateAndKey | undefined {
  const certificate = readPrivateFile(join(directory, `${name}.crt`));
  return certificate === undefined
    ? undefined
    : pairOf(certificate, readPrivateFile(join(directory, `${name}.key`)));
}

function writePair(directory: string, name: string, pair: CertificateAndKey): void {
  writePrivateFile(join(directory, `${name}.key`), pair.key);
  writePrivateFile(join(directory, `${name}.crt`), pair.certificate);
}

function pairOf(certificate: string, key: string | undefined): CertificateAndKey | undefined {
  if (key === undefined) return undefined;
  try {
    const matches = new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
    return matches ? { certificate, key } : undefined;
  } catch {
    // Not PEM, or not a certificate: as little a pair as two that do not match.
    return undefined;
  }
}

function holds(pair: CertificateAndKey, now: number, renewMs: number): boolean {
  const certificate = new X509Certificate(pair.certificate);
  return certificate.validFromDate.getTime() <= now && certificate.validToDate.getTime() - renewMs > now;
}

function isIssuedBy(pair: CertificateAndKey, authority: CertificateAndKey): boolean {
  const issuer = new X509Certificate(authority.certificate);
  const certificate = new X509Certificate(pair.certificate);
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

function hasNames(pair: CertificateAndKey, names: readonly string[]): boolean {
  const certificate = new X509Certificate(pair.certificate);
  return names.every((name) =>
    isIP(name) === 0 ? certificate.checkHost(name) !== undefined : certificate.checkIP(name) !== undefined,
  );
}

function commonNameOf(pair: CertificateAndKey): string {
  return new X509Certificate(pair.certificate).subject.replace(/^CN=/, '');
}

function serverNames(extra: readonly string[]): string[] {
  return [...new Set([...standardNames, hostname(), ...extra])].filter((name) => name !== '');
}
