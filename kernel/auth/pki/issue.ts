// The library resolves its parts through tsyringe, which asks for this polyfill before it is loaded.
import 'reflect-metadata';
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  webcrypto,
} from 'node:crypto';
import { isIP } from 'node:net';
import * as x509 from '@peculiar/x509';
import type { Random } from '../../ports/random.ts';
import { tenantUriPrefix } from './tenant-uri.ts';

// Only the thread that makes certificates imports this file: loading the library takes longer than everything else at start.

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const serialBytes = 16;
const serverAuth = '1.3.6.1.5.5.7.3.1';
const clientAuth = '1.3.6.1.5.5.7.3.2';

/** When a certificate holds, in milliseconds since the Unix epoch. */
export interface Validity {
  notBefore: number;
  notAfter: number;
}

/** A certificate and its private key, as PEM. */
export interface CertificateAndKey {
  certificate: string;
  key: string;
}

/** What a leaf certificate says: its subject and what it may be used for. */
export type LeafProfile =
  | { use: 'server'; names: readonly string[] }
  | { use: 'client'; commonName: string; organizations: readonly string[]; tenant?: string };

function newKey(): { pem: string; object: KeyObject } {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: algorithm.namedCurve });
  return { pem: pemOf(privateKey), object: privateKey };
}

function pemOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function signingKey(key: KeyObject): Promise<webcrypto.CryptoKey> {
  const der = key.export({ type: 'pkcs8', format: 'der' });
  return webcrypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']);
}

function publicKeyOf(key: KeyObject): Promise<webcrypto.CryptoKey> {
  const der = createPublicKey(key).export({ type: 'spki', format: 'der' });
  return webcrypto.subtle.importKey('spki', der, algorithm, true, ['verify']);
}

function serialNumber(random: Random): string {
  const bytes = Buffer.from(random.bytes(serialBytes));
  // RFC 5280, 4.1.2.2: positive and not zero.
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

/**
 * Makes a certificate authority of its own: ECDSA P-256, for leaves only (path length 0).
 * @param keyPem The key to go on with, so that what it signed stays valid; absent: a new one.
 * Spec: RFC 5280.
 */
export async function makeAuthority(
  commonName: string,
  validity: Validity,
  random: Random,
  keyPem?: string,
): Promise<CertificateAndKey> {
  const key = keyPem === undefined ? newKey() : { pem: keyPem, object: createPrivateKey(keyPem) };
  const publicKey = await publicKeyOf(key.object);
  const name = distinguishedName([['CN', commonName]]);
  const certificate = await x509.X509CertificateGenerator.create(
    {
      serialNumber: serialNumber(random),
      subject: name,
      issuer: name,
      notBefore: new Date(validity.notBefore),
      notAfter: new Date(validity.notAfter),
      publicKey,
      signingKey: await signingKey(key.object),
      signingAlgorithm: algorithm,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(publicKey, false, webcrypto),
      ],
    },
    webcrypto,
  );
  return { certificate: `${certificate.toString('pem')}\n`, key: key.pem };
}

/**
 * Makes a leaf certificate with a new ECDSA P-256 key, signed by the authority.
 * Spec: RFC 5280.
 */
export async function makeLeaf(
  profile: LeafProfile,
  validity: Validity,
  authority: CertificateAndKey,
  random: Random,
): Promise<CertificateAndKey> {
  const key = newKey();
  const publicKey = await publicKeyOf(key.object);
  const issuer = new x509.X509Certificate(authority.certificate);
  const extensions: x509.Extension[] = [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension([profile.use === 'server' ? serverAuth : clientAuth]),
    await x509.SubjectKeyIdentifierExtension.create(publicKey, false, webcrypto),
    await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey, false, webcrypto),
  ];
  if (profile.use === 'server') extensions.push(alternativeNames(profile.names));
  else if (profile.tenant !== undefined) extensions.push(tenantName(profile.tenant));
  const certificate = await x509.X509CertificateGenerator.create(
    {
      serialNumber: serialNumber(random),
      subject: subjectOf(profile),
      issuer: issuer.subjectName,
      notBefore: new Date(validity.notBefore),
      notAfter: new Date(validity.notAfter),
      publicKey,
      signingKey: await signingKey(createPrivateKey(authority.key)),
      signingAlgorithm: algorithm,
      extensions,
    },
    webcrypto,
  );
  return { certificate: `${certificate.toString('pem')}\n`, key: key.pem };
}

function subjectOf(profile: LeafProfile): x509.Name {
  if (profile.use === 'server') return distinguishedName([['CN', 'plinth']]);
  const organizations = profile.organizations.map((organization): [string, string] => ['O', organization]);
  return distinguishedName([...organizations, ['CN', profile.commonName]]);
}

/**
 * A name of one attribute per part. The values are handed over as UTF-8 strings, not as text of a distinguished name:
 * the library would read quotes, commas and `#` in them as syntax, and so a user name could claim a group.
 */
function distinguishedName(parts: readonly [type: string, value: string][]): x509.Name {
  return new x509.Name(parts.map(([type, value]) => ({ [type]: [{ utf8String: value }] })));
}

function tenantName(uid: string): x509.SubjectAlternativeNameExtension {
  return new x509.SubjectAlternativeNameExtension([{ type: 'url', value: `${tenantUriPrefix}${uid}` }]);
}

function alternativeNames(names: readonly string[]): x509.SubjectAlternativeNameExtension {
  return new x509.SubjectAlternativeNameExtension(
    names.map((name) => ({ type: isIP(name) === 0 ? 'dns' : 'ip', value: name })),
  );
}
