import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { writePrivateFile } from '../../crypto/private-file.ts';
import type { IssuedCertificate } from './certificate-authority.ts';

/** What a kubeconfig says: where the server is, whom to trust, and who the user is. */
export interface KubeconfigContent {
  /** URL of the server, for instance `https://127.0.0.1:6443`. */
  server: string;
  /** The certificate of the authority, as PEM. */
  ca: string;
  user: IssuedCertificate;
  /** Name of the context, its cluster and its user; default `plinth`. */
  context?: string;
  /** Namespace of the context; default `default`. */
  namespace?: string;
}

/** JSON strings are YAML double-quoted scalars. */
const quoted = (text: string): string => JSON.stringify(text);
const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

/**
 * The text of a kubeconfig with one cluster, one user and one context, which is current. It holds the user's key.
 * Spec: Kubernetes client configuration API v1, kind Config.
 */
export function kubeconfigText(content: KubeconfigContent): string {
  const name = quoted(content.context ?? 'plinth');
  return `apiVersion: v1
kind: Config
clusters:
- name: ${name}
  cluster:
    server: ${quoted(content.server)}
    certificate-authority-data: ${base64(content.ca)}
users:
- name: ${name}
  user:
    client-certificate-data: ${base64(content.user.certificate)}
    client-key-data: ${base64(content.user.key.reveal())}
contexts:
- name: ${name}
  context:
    cluster: ${name}
    user: ${name}
    namespace: ${quoted(content.namespace ?? 'default')}
current-context: ${name}
`;
}

/**
 * Writes a kubeconfig to `path`, atomically and with mode 0600. Directories that are absent are made with mode 0700.
 */
export function writeKubeconfig(path: string, content: KubeconfigContent): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writePrivateFile(path, kubeconfigText(content));
}
