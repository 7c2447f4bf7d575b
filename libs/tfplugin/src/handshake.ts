import type { PluginProcess } from './plugin-process.ts';

// How Terraform and a plugin find each other. Spec: hashicorp/go-plugin, docs/internals.md and docs/guide-plugin-write-non-go.md.

const cookieName = 'TF_PLUGIN_MAGIC_COOKIE';
/** Not a secret: it only tells that Terraform started the program, and not a person. */
const cookie = 'd602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2';
/** Of go-plugin itself. */
const coreProtocolVersion = 1;
/** Of Terraform's plugin protocol. */
const protocolVersion = 6;
/** Bytes that the path of a unix socket may have: 108 on Linux, 104 elsewhere, with the zero at its end. */
const socketPathBytesMax = 103;

/** Whether Terraform started this process. */
export function isStartedByTerraform({ env }: PluginProcess): boolean {
  return env[cookieName] === cookie;
}

/**
 * Whether Terraform speaks the version of this library. An old one says nothing of what it speaks.
 * Otherwise the plugin still answers with its version, and Terraform explains that to its user.
 */
export function offersProtocol({ env }: PluginProcess): boolean {
  const offered = env['PLUGIN_PROTOCOL_VERSIONS'] ?? '';
  return offered === '' || offered.split(',').some((version) => Number(version) === protocolVersion);
}

/**
 * The addresses to try, best first, as gRPC writes them: a unix socket where there are such, else the TCP ports that Terraform
 * allows.
 * @param unique - makes the socket's name one that is not taken.
 */
export function listenAddresses({ env, platform, pid }: PluginProcess, unique: string): string[] {
  const folder = env['PLUGIN_UNIX_SOCKET_DIR'] ?? env['TMPDIR'] ?? '/tmp';
  const path = `${folder.replace(/\/+$/, '')}/plugin-${pid}-${unique}`;
  if (platform !== 'win32' && Buffer.byteLength(path) <= socketPathBytesMax) return [`unix:${path}`];
  const first = portOf(env['PLUGIN_MIN_PORT']);
  const last = Math.max(first, portOf(env['PLUGIN_MAX_PORT']));
  return Array.from({ length: last - first + 1 }, (_, index) => `127.0.0.1:${first + index}`);
}

/** 0 lets the system choose. */
function portOf(text = ''): number {
  const port = Number(text);
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : 0;
}

/**
 * The line that tells Terraform where the plugin listens.
 * @param certificate - DER of the plugin's certificate, where there is one.
 */
export function handshakeLine(
  { env }: PluginProcess,
  address: string,
  certificate: Uint8Array | undefined,
): string {
  const [network, place] = address.startsWith('unix:')
    ? ['unix', address.slice('unix:'.length)]
    : ['tcp', address];
  // Without the padding: so Terraform decodes it.
  const encoded = Buffer.from(certificate ?? [])
    .toString('base64')
    .replace(/=+$/, '');
  const parts = [coreProtocolVersion, protocolVersion, network, place, 'grpc', encoded];
  // Who asks whether connections may be multiplexed takes a seventh part; others would take it for a part of the certificate.
  if ((env['PLUGIN_MULTIPLEX_GRPC'] ?? '') !== '') parts.push('false');
  return `${parts.join('|')}\n`;
}
