import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConnection } from '../api/kubeconfig.ts';
import { reportOf } from '../cli/failure.ts';
import { bad, type Finding, good } from './check.ts';

const dayMs = 24 * 3600 * 1000;
/** A start renews what ends within 60 days; what ends within 14 has not seen a start for long. */
const warningMs = 14 * dayMs;

/** Whether the authority, which is with the keys, and the server's certificate belong together and are valid. */
export function examineCertificates(directory: string, keysDirectory: string, nowMs: number): Finding[] {
  const authority = examinePair(join(keysDirectory, 'pki'), 'ca', nowMs);
  const server = examinePair(join(directory, 'pki'), 'server', nowMs);
  const findings = [authority.finding, server.finding];
  if (!authority.certificate || !server.certificate) return findings;
  const isIssued =
    server.certificate.checkIssued(authority.certificate) &&
    server.certificate.verify(authority.certificate.publicKey);
  if (isIssued) return findings;
  const path = join(directory, 'pki', 'server.crt');
  const hint = 'remove server.crt: the next start makes a new one; if ca.crt was replaced, restore it';
  return [authority.finding, bad('server', `${path} was not issued by ca.crt`, hint, path)];
}

function examinePair(
  directory: string,
  name: 'ca' | 'server',
  nowMs: number,
): { finding: Finding; certificate?: X509Certificate } {
  const path = join(directory, `${name}.crt`);
  const label = name === 'ca' ? 'authority' : 'server';
  const restore =
    name === 'ca'
      ? 'restore ca.crt and ca.key from a backup; a new authority has to be made known to every client'
      : 'remove server.crt and server.key: the next start makes new ones';
  try {
    const certificate = new X509Certificate(readFileSync(path));
    const key = createPrivateKey(readFileSync(join(directory, `${name}.key`)));
    if (!certificate.checkPrivateKey(key)) {
      return { finding: bad(label, `${path} and its key do not belong together`, restore, path) };
    }
    const wrong = periodProblem(certificate, nowMs);
    if (wrong !== undefined) {
      const hint = 'check the clock, and start the control plane again: it renews its certificates';
      return { finding: bad(label, `the certificate ${path} ${wrong}`, hint, path), certificate };
    }
    return { finding: good(label, `certificate valid ${remaining(certificate, nowMs)}`), certificate };
  } catch (error) {
    const { message, file } = reportOf(error);
    return { finding: bad(label, `the certificate cannot be read: ${message}`, restore, file ?? path) };
  }
}

/** Whether the kubeconfig is there and its credential is valid for this control plane. */
export function examineKubeconfig(directory: string, keysDirectory: string, nowMs: number): Finding {
  const path = join(directory, 'kubeconfig');
  const hint = 'start the control plane again: it writes the kubeconfig anew';
  try {
    const { server, certificate, ca } = readConnection([path]);
    if (certificate === undefined || ca === undefined) {
      return bad('kubeconfig', `${path} has no certificates`, hint, path);
    }
    if (ca.trim() !== readFileSync(join(keysDirectory, 'pki', 'ca.crt'), 'utf8').trim()) {
      return bad('kubeconfig', `${path} trusts another authority than ca.crt`, hint, path);
    }
    const own = new X509Certificate(certificate);
    const wrong = periodProblem(own, nowMs);
    if (wrong !== undefined) return bad('kubeconfig', `the certificate in ${path} ${wrong}`, hint, path);
    return good('kubeconfig', `${server}, certificate valid ${remaining(own, nowMs)}`);
  } catch (error) {
    const { message, file } = reportOf(error);
    return bad('kubeconfig', message, hint, file ?? path);
  }
}

function periodProblem(certificate: X509Certificate, nowMs: number): string | undefined {
  const { validFromDate, validToDate } = certificate;
  if (validFromDate.getTime() > nowMs) return `is not valid before ${validFromDate.toISOString()}`;
  if (validToDate.getTime() <= nowMs) return `ended at ${validToDate.toISOString()}`;
  if (validToDate.getTime() - warningMs <= nowMs) return `ends at ${validToDate.toISOString()}`;
  return undefined;
}

function remaining(certificate: X509Certificate, nowMs: number): string {
  const days = Math.floor((certificate.validToDate.getTime() - nowMs) / dayMs);
  return `until ${certificate.validToDate.toISOString().slice(0, 10)} (${days} days)`;
}
