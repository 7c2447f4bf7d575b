import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ApiClient, ApiFailure } from '../api/api-client.ts';
import { textAt } from '../api/json.ts';
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
  const tenant = valueOf(invocation, 'tenant');
  const user = valueOf(invocation, 'user');
  if (tenant !== undefined) return await issueForTenant(invocation, directory, tenant);
  if (user !== undefined) {
    return await issue(invocation, directory, { user, groups: valuesOf(invocation, 'group') });
  }
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

/** Whom a kubeconfig is issued for. */
interface Holder {
  readonly user: string;
  readonly groups: readonly string[];
  /** The tenant whose virtual cluster it is for; absent: the host. */
  readonly tenant?: { readonly name: string; readonly uid: string };
}

/** A tenant's kubeconfig: for the user who is named, else for the administrator of the tenant. */
async function issueForTenant(invocation: Invocation, directory: string, name: string): Promise<number> {
  const user = valueOf(invocation, 'user');
  const groups = valuesOf(invocation, 'group');
  if (user === undefined && groups.length > 0) {
    throw new UsageFailure('--group is given without --user', 'name the user too');
  }
  const tenant = { name, uid: await uidOfTenant(directory, name) };
  const holder: Holder =
    user === undefined
      ? { user: `${name}-admin`, groups: ['system:masters'], tenant }
      : { user, groups, tenant };
  return await issue(invocation, directory, holder);
}

/** A certificate names the uid of its tenant, which the control plane knows. */
async function uidOfTenant(directory: string, name: string): Promise<string> {
  const client = new ApiClient(readConnection([join(directory, 'kubeconfig')]));
  try {
    const { body } = await client.json(`/apis/plinth.dev/v1alpha1/tenants/${encodeURIComponent(name)}`);
    return textAt(body, 'metadata', 'uid');
  } catch (error) {
    if (!(error instanceof ApiFailure) || error.status !== 404) throw error;
    throw new Failure(`there is no tenant ${JSON.stringify(name)}`, {
      hint: 'make it first: a Tenant object of that name; `plinth get tenants` lists those that are there',
    });
  }
}

async function issue(invocation: Invocation, directory: string, holder: Holder): Promise<number> {
  const { terminal } = invocation;
  const { user, groups, tenant } = holder;
  const days = daysOf(valueOf(invocation, 'days'));
  checkNames(user, groups);
  const connection = readConnection([join(directory, 'kubeconfig')]);
  const server = tenant ? `${connection.server}/clusters/${tenant.name}` : connection.server;
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
  const issued = await pki.issueClientCertificate({
    commonName: user,
    organizations: groups,
    ttlMs,
    ...(tenant ? { tenant: tenant.uid } : {}),
  });
  const context = tenant ? { context: `plinth-${tenant.name}` } : {};
  const text = kubeconfigText({ server, ca: pki.ca, user: issued, ...context });
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
