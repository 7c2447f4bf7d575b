import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { Server, ServerCredentials, type ServiceDefinition, status } from '@grpc/grpc-js';
import { type EncodedCall, providerService } from '@plinth/tfplugin';
import { stubbedProviders } from '../providers/src/catalogue.ts';
import { registryHosts } from '../providers/src/mirror.ts';
import { readSchemas } from '../providers/src/schema-notation.ts';
import { stubOf } from '../providers/src/stub.ts';

// Terraform starts a provider two to five times for each command, which takes longer than all that it asks it. A provider that runs
// already is told to it as to a debugger: the calls are the same.

/**
 * Serves stub providers in this process until the test ends.
 * @param folder - where their sockets are.
 * @param types - of resources and data sources; providers without one of them are not served.
 * @returns what Terraform takes as `TF_REATTACH_PROVIDERS`.
 * Spec: Terraform, "Debugging Providers", "Starting A Provider In Debug Mode".
 */
export async function serveProviders(
  context: TestContext,
  folder: string,
  types: readonly string[],
): Promise<string> {
  const reattach: Record<string, object> = {};
  for (const [name, { source, schemas }] of Object.entries(stubbedProviders)) {
    const own = new Set(types.filter((type) => type.startsWith(`${name}_`)));
    if (own.size === 0) continue;
    const socket = join(folder, `${name}.sock`);
    const server = await listen(providerService(stubOf(readSchemas(schemas, own))), `unix:${socket}`);
    context.after(() => server.forceShutdown());
    for (const host of registryHosts) {
      reattach[`${host}/${source}`] = {
        Protocol: 'grpc',
        ProtocolVersion: 6,
        Pid: process.pid,
        Test: true,
        Addr: { Network: 'unix', String: socket },
      };
    }
  }
  return JSON.stringify(reattach);
}

async function listen(calls: ReadonlyMap<string, EncodedCall>, address: string): Promise<Server> {
  const server = new Server();
  const definition: Record<string, ServiceDefinition[string]> = {};
  const implementation: Parameters<Server['addService']>[1] = {};
  const same = (bytes: Buffer): Buffer => bytes;
  for (const [name, call] of calls) {
    definition[name] = {
      path: `/tfplugin6.Provider/${name}`,
      requestStream: false,
      responseStream: false,
      requestSerialize: same,
      requestDeserialize: same,
      responseSerialize: same,
      responseDeserialize: same,
    };
    implementation[name] = (
      { request }: { request: Buffer },
      respond: (error: { code: number; details: string } | null, answer?: Buffer) => void,
    ) => {
      call(request).then(
        (answer) => respond(null, Buffer.from(answer)),
        (error: unknown) => respond({ code: status.INTERNAL, details: String(error) }),
      );
    };
  }
  server.addService(definition, implementation);
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error) =>
      error === null ? resolve() : reject(error),
    );
  });
  return server;
}
