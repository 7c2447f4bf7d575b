import { randomUUID } from 'node:crypto';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { PluginCertificate } from './certificate.ts';
import { unaryService } from './grpc-service.ts';
import { handshakeLine, isStartedByTerraform, listenAddresses, offersProtocol } from './handshake.ts';
import type { PluginProcess } from './plugin-process.ts';
import { pluginServices } from './plugin-services.ts';
import type { Provider } from './provider.ts';
import { providerService } from './provider-service.ts';

/** What Terraform's own plugins take and send at most: a configuration with files in it is large. */
const messageBytesMax = 256 * 1024 * 1024;

/**
 * Serves a provider to the Terraform that started this process, and ends the process when that is done with it, or is gone.
 * Started by hand, the program says in one line what it is, with exit code 1.
 * @param self - `process`; standard output belongs to the handshake.
 * @throws Error when no address could be listened at.
 * Spec: hashicorp/go-plugin, docs/internals.md; Terraform plugin protocol 6.8.
 * @example
 * await serveProvider({ resources: { example_thing: thing } }, process);
 */
export async function serveProvider(provider: Provider, self: PluginProcess): Promise<void> {
  if (!isStartedByTerraform(self)) {
    self.stderr.write(
      'This program is a Terraform provider: Terraform starts it, it is of no use by hand.\n',
    );
    self.exitCode = 1;
    return;
  }
  if (!offersProtocol(self)) {
    self.stderr.write(
      'Terraform does not offer version 6 of the plugin protocol (Terraform 1.0 and later do).\n',
    );
  }
  // An interrupt reaches all processes of the terminal; Terraform tells its plugins itself when to stop.
  self.on('SIGINT', () => {});
  const clientPem = self.env['PLUGIN_CLIENT_CERT'] ?? '';
  const certificate = clientPem === '' ? undefined : await certificateFor(clientPem);
  const server = new Server({
    'grpc.max_receive_message_length': messageBytesMax,
    'grpc.max_send_message_length': messageBytesMax,
  });
  const ended = new Promise<void>((resolve) => {
    const services = [
      unaryService('tfplugin6.Provider', providerService(provider)),
      ...pluginServices({
        goodbye: () => server.tryShutdown(() => resolve()),
        gone() {
          // Whatever still runs, nobody takes its answer.
          server.forceShutdown();
          resolve();
        },
      }),
    ];
    for (const { definition, implementation } of services) server.addService(definition, implementation);
  });
  const addresses = listenAddresses(self, randomUUID().slice(0, 8));
  const address = await listen(server, addresses, credentials(certificate, clientPem));
  self.stdout.write(handshakeLine(self, address, certificate?.der));
  await ended;
  // Open connections of the provider would hold the process up, and Terraform waits for its end.
  self.exit(0);
}

/** The library behind it takes half of the time in which a plugin starts, so it is loaded where there is something to certify. */
async function certificateFor(clientPem: string): Promise<PluginCertificate> {
  const { makePluginCertificate } = await import('./certificate.ts');
  return await makePluginCertificate(clientPem);
}

function credentials(certificate: PluginCertificate | undefined, clientPem: string): ServerCredentials {
  if (certificate === undefined) return ServerCredentials.createInsecure();
  const pair = { cert_chain: Buffer.from(certificate.pem), private_key: Buffer.from(certificate.keyPem) };
  return ServerCredentials.createSsl(Buffer.from(clientPem), [pair], true);
}

/** @returns the first address that is free, with the port that was chosen. */
async function listen(
  server: Server,
  addresses: readonly string[],
  serverCredentials: ServerCredentials,
): Promise<string> {
  let failure: unknown;
  for (const address of addresses) {
    try {
      const port = await bind(server, address, serverCredentials);
      return address.startsWith('unix:') ? address : address.replace(/\d+$/, String(port));
    } catch (error) {
      failure = error;
    }
  }
  throw new Error(`cannot listen at ${addresses.at(0)} .. ${addresses.at(-1)}`, { cause: failure });
}

function bind(server: Server, address: string, serverCredentials: ServerCredentials): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, serverCredentials, (error, port) => {
      if (error === null) resolve(port);
      else reject(error);
    });
  });
}
