import {
  type handleUnaryCall,
  type ServiceDefinition,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import type { EncodedCall } from './provider-service.ts';

/** A service as the gRPC server takes it: what it offers, and how that is answered. */
export interface GrpcService {
  readonly definition: ServiceDefinition;
  readonly implementation: UntypedServiceImplementation;
}

/** A method whose messages stay bytes. @param path - `/package.Service/Method`. */
export function rawMethod(
  path: string,
  stream: { request: boolean; response: boolean } = { request: false, response: false },
): ServiceDefinition[string] {
  const identity = (bytes: Buffer): Buffer => bytes;
  return {
    path,
    requestStream: stream.request,
    responseStream: stream.response,
    requestSerialize: identity,
    requestDeserialize: identity,
    responseSerialize: identity,
    responseDeserialize: identity,
  };
}

/** A service of calls with one request and one response. @param name - with its package. */
export function unaryService(name: string, calls: ReadonlyMap<string, EncodedCall>): GrpcService {
  const definition: Record<string, ServiceDefinition[string]> = {};
  const implementation: UntypedServiceImplementation = {};
  for (const [method, call] of calls) {
    definition[method] = rawMethod(`/${name}/${method}`);
    implementation[method] = unary(call);
  }
  return { definition, implementation };
}

function unary(call: EncodedCall): handleUnaryCall<Buffer, Buffer> {
  return ({ request }, respond) => {
    call(request).then(
      (response) => respond(null, Buffer.from(response.buffer, response.byteOffset, response.byteLength)),
      (error: unknown) => {
        const details = error instanceof Error ? error.message : String(error);
        respond({ code: status.INTERNAL, details });
      },
    );
  };
}
