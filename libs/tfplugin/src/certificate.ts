// The library resolves its parts through tsyringe, which asks for this polyfill before it is loaded.
import 'reflect-metadata';
import { generateKeyPairSync, randomBytes, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const serverAuth = '1.3.6.1.5.5.7.3.1';
const clientAuth = '1.3.6.1.5.5.7.3.2';
const host = 'localhost';

/** A certificate that lives as long as the process, with its private key. */
export interface PluginCertificate {
  readonly der: Uint8Array;
  readonly pem: string;
  readonly keyPem: string;
}

/**
 * Makes the certificate of a plugin, which signs itself: both sides trust exactly the certificate of the other one.
 * @param clientPem - the certificate of the client. The plugin's holds for as long as that one does, so no clock is needed.
 * Spec: go-plugin, "Automatic mTLS"; RFC 5280, 4.1.
 */
export async function makePluginCertificate(clientPem: string): Promise<PluginCertificate> {
  const { notBefore, notAfter } = new x509.X509Certificate(clientPem);
  const pair = generateKeyPairSync('ec', { namedCurve: algorithm.namedCurve });
  const { subtle } = webcrypto;
  const keys = {
    privateKey: await subtle.importKey(
      'pkcs8',
      pair.privateKey.export({ type: 'pkcs8', format: 'der' }),
      algorithm,
      false,
      ['sign'],
    ),
    publicKey: await subtle.importKey(
      'spki',
      pair.publicKey.export({ type: 'spki', format: 'der' }),
      algorithm,
      true,
      ['verify'],
    ),
  };
  const { digitalSignature, keyCertSign } = x509.KeyUsageFlags;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: serialNumber(),
      name: `CN=${host}`,
      notBefore,
      notAfter,
      keys,
      signingAlgorithm: algorithm,
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(digitalSignature | keyCertSign, true),
        new x509.ExtendedKeyUsageExtension([serverAuth, clientAuth]),
        new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: host }]),
      ],
    },
    webcrypto,
  );
  return {
    der: new Uint8Array(certificate.rawData),
    pem: certificate.toString('pem'),
    keyPem: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** RFC 5280, 4.1.2.2: positive, and not zero. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}
