import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readConnection } from '../api/kubeconfig.ts';
import { type Invocation, isSet, valueOf, valuesOf } from '../cli/command.ts';
import { Failure, UsageFailure } from '../cli/failure.ts';
import { dataArgument, dataDirectoryOf } from '../cli/place.ts';

const dayMs = 24 * 3600 * 1000;
/** A client certificate cannot be taken back before it ends, so it is short by default. */
const defaultDays = 90;
const daysMax = 3650;

/** Prints where the kubeconfig is, or issues one for a user. */
export async function run(invocation: Invocation): Promise<number> {
  const { terminal } = invocation;
  const directory = dataDirectoryOf(invocation);
  const path = join(directory, 'kubeconfig');
  if (!existsSync(path)) {
    throw new Failure(`there is no kubeconfig in ${directory}`, {
      hint: `start the control plane once: plinth up${dataArgument(directory)}`,
      file: resolve(path),
    });
  }
  const user = valueOf(invocation, 'user');
  if (user !== undefined) return await issue(invocation, directory, user);
  for (const option of ['group', 'days']) {
    if (isSet(invocation, option))
      throw new UsageFailure(`--${option} is given without --user`, 'name the user too');
  }
  const connection = readConnection([path]);
  if (terminal.json) {
    const certificate = new X509Certificate(connection.certificate ?? '');
    const { server } = connection;
    terminal.data({ path: resolve(path), server, expiresAt: certificate.validToDate.toISOString() });
  } else if (isSet(invocation, 'content')) terminal.text(readFileSync(path, 'utf8'));
  else terminal.line(resolve(path));
  return 0;
}

async function issue(invocation: Invocation, directory: string, user: string): Promise<number> {
  const { terminal } = invocation;
  const groups = valuesOf(invocation, 'group');
  const days = daysOf(valueOf(invocation, 'days'));
  checkNames(user, groups);
  const { server } = readConnection([join(directory, 'kubeconfig')]);
  const pkiDirectory = join(directory, 'pki');
  if (!existsSync(join(pkiDirectory, 'ca.key'))) {
    throw new Failure(`there is no certificate authority in ${directory}`, {
      hint: 'run this where the data directory of the control plane is',
      file: resolve(pkiDirectory),
    });
  }
  const { kubeconfigText, openPki, systemClock, systemRandom } = await import('@plinth/kernel');
  const pki = await openPki(pkiDirectory, { clock: systemClock, random: systemRandom });
  const ttlMs = days * dayMs;
  const issued = await pki.issueClientCertificate({ commonName: user, organizations: groups, ttlMs });
  const text = kubeconfigText({ server, ca: pki.ca, user: issued });
  const expiresAt = new X509Certificate(issued.certificate).validToDate.toISOString();
  if (terminal.json) terminal.data({ user, groups, server, expiresAt, kubeconfig: text });
  else {
    terminal.text(text);
    terminal.note(
      `Issued for ${user}${groups.length > 0 ? ` (${groups.join(', ')})` : ''}, valid until ${expiresAt}.`,
    );
  }
  return 0;
}

function daysOf(text: string | undefined): number {
  if (text === undefined) return defaultDays;
  const days = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (days >= 1 && days <= daysMax) return days;
  throw new UsageFailure(`--days cannot be "${text}"`, `choose a whole number from 1 to ${daysMax}`);
}

function checkNames(user: string, groups: readonly string[]): void {
  if (/^system:plinth(:|$)/.test(user)) {
    throw new UsageFailure(
      `--user cannot be ${JSON.stringify(user)}`,
      'names that begin with system:plinth belong to the control plane itself',
    );
  }
  for (const [option, name] of [
    ['user', user] as const,
    ...groups.map((group) => ['group', group] as const),
  ]) {
    if (/^\P{Cc}+$/u.test(name)) continue;
    throw new UsageFailure(
      `--${option} cannot be ${JSON.stringify(name)}`,
      'a name has at least one character and no control characters',
    );
  }
}
