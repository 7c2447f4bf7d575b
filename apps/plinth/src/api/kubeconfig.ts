import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { parseSingle } from '@plinth/manifest';
import { Failure } from '../cli/failure.ts';
import { isObject, listAt, memberOf, textAt } from './json.ts';

/** How to reach a control plane, and as whom. */
export interface Connection {
  /** URL without a closing slash. */
  readonly server: string;
  readonly ca?: string;
  readonly certificate?: string;
  readonly key?: string;
  readonly token?: string;
  readonly serverName?: string;
  readonly skipsVerification: boolean;
  readonly namespace: string;
  /** Where this was read, for messages. */
  readonly file: string;
}

/**
 * Finds the kubeconfig: the one that is named, else those of `$KUBECONFIG`, else that of the data directory here.
 *
 * @param named the value of `--kubeconfig`
 * @returns its current context
 * @throws Failure naming the file and what it lacks
 */
export function findConnection(named: string | undefined): Connection {
  const fromEnvironment = process.env['KUBECONFIG']?.split(delimiter).filter((path) => path !== '') ?? [];
  const local = join('.plinth', 'kubeconfig');
  if (named !== undefined) return readConnection([named]);
  const present = fromEnvironment.filter((path) => existsSync(path));
  if (present.length > 0) return readConnection(present);
  if (fromEnvironment.length > 0) {
    throw new Failure(`$KUBECONFIG names ${fromEnvironment.join(delimiter)}, which does not exist`, {
      hint: 'correct or unset KUBECONFIG; a control plane writes its kubeconfig when it starts: plinth up',
    });
  }
  if (existsSync(local)) return readConnection([local]);
  throw new Failure('there is no kubeconfig: neither --kubeconfig, nor $KUBECONFIG, nor .plinth/kubeconfig', {
    hint: 'start a control plane here with `plinth up`, or name its kubeconfig with --kubeconfig',
    file: resolve(local),
  });
}

/**
 * Reads the current context of kubeconfigs. Of entries with the same name the first counts.
 *
 * @param paths files; at least one
 * Spec: Kubernetes client configuration API v1, kind Config.
 */
export function readConnection(paths: readonly string[]): Connection {
  const files = paths.map((path) => ({ path, config: readConfig(path) }));
  const [first] = files;
  const current = files.map(({ config }) => textAt(config, 'current-context')).find((name) => name !== '');
  if (!first || current === undefined) throw lacking(paths.join(', '), 'a current-context');
  const find = (list: string, name: string): { path: string; entry: unknown } => {
    for (const { path, config } of files) {
      const entry = listAt(config, list).find((candidate) => textAt(candidate, 'name') === name);
      if (entry !== undefined) return { path, entry };
    }
    throw lacking(paths.join(', '), `the entry "${name}" in ${list}, which the current context names`);
  };
  const context = find('contexts', current).entry;
  const cluster = find('clusters', textAt(context, 'context', 'cluster'));
  const user = find('users', textAt(context, 'context', 'user'));
  return connectionOf(cluster, user, textAt(context, 'context', 'namespace'));
}

interface Entry {
  readonly path: string;
  readonly entry: unknown;
}

function connectionOf(cluster: Entry, user: Entry, namespace: string): Connection {
  const settings = memberOf(cluster.entry, 'cluster');
  const identity = memberOf(user.entry, 'user');
  for (const plugin of ['exec', 'auth-provider']) {
    if (memberOf(identity, plugin) === undefined) continue;
    throw new Failure(
      `the user "${textAt(user.entry, 'name')}" signs in with ${plugin}, which plinth does not run`,
      {
        hint: 'use kubectl, or a kubeconfig with a client certificate or a token',
        file: user.path,
      },
    );
  }
  const server = textAt(settings, 'server');
  if (!server.startsWith('https://')) throw lacking(cluster.path, 'an https:// server in its cluster');
  const ca = pemOf(settings, 'certificate-authority', cluster.path);
  const certificate = pemOf(identity, 'client-certificate', user.path);
  const key = pemOf(identity, 'client-key', user.path);
  const tokenFile = textAt(identity, 'tokenFile');
  const token =
    tokenFile === '' ? textAt(identity, 'token') : readText(resolve(dirname(user.path), tokenFile)).trim();
  const serverName = textAt(settings, 'tls-server-name');
  return {
    server: server.replace(/\/+$/, ''),
    ...(ca === undefined ? {} : { ca }),
    ...(certificate === undefined ? {} : { certificate }),
    ...(key === undefined ? {} : { key }),
    ...(token === '' ? {} : { token }),
    ...(serverName === '' ? {} : { serverName }),
    skipsVerification: memberOf(settings, 'insecure-skip-tls-verify') === true,
    namespace: namespace === '' ? 'default' : namespace,
    file: cluster.path,
  };
}

/** PEM that is in the file in base64, or in a file of its own; the data go first, as in kubectl. */
function pemOf(entry: unknown, name: string, path: string): string | undefined {
  const data = textAt(entry, `${name}-data`);
  if (data !== '') return Buffer.from(data, 'base64').toString('utf8');
  const file = textAt(entry, name);
  return file === '' ? undefined : readText(resolve(dirname(path), file));
}

function readConfig(path: string): unknown {
  const parsed = parseSingle(readText(path), { format: 'yaml', file: path });
  if (!parsed.ok) {
    const { line, column, message, hint } = parsed.error;
    throw new Failure(`${path}:${line}:${column}: ${message}`, { hint, file: path });
  }
  if (!isObject(parsed.value)) throw lacking(path, 'the form of a kubeconfig: it must be an object');
  return parsed.value;
}

function readText(path: string): string {
  return readFileSync(path, 'utf8');
}

function lacking(path: string, what: string): Failure {
  return new Failure(`the kubeconfig ${path} lacks ${what}`, {
    hint: 'name another with --kubeconfig; a control plane writes its own anew at every start',
    file: path,
  });
}
