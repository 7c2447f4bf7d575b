import {
  type handleBidiStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  status,
} from '@grpc/grpc-js';
import { type GrpcService, rawMethod } from './grpc-service.ts';
import { integer, message, text } from './message.ts';

// The services that every plugin has besides its own. Spec: hashicorp/go-plugin, internal/plugin/*.proto; gRPC, "Health Checking".

const healthRequest = message({ service: text(1) });
const healthResponse = message({ status: integer(1) });
const serving = 1;
const noBytes = Buffer.alloc(0);

/** How a plugin comes to its end. */
export interface Endings {
  /** The client has said goodbye. */
  readonly goodbye: () => void;
  /** The connection of the client is gone. */
  readonly gone: () => void;
}

/** What go-plugin asks of a plugin. */
export function pluginServices({ goodbye, gone }: Endings): GrpcService[] {
  return [controller(goodbye), stdio(gone), broker(), health()];
}

function controller(goodbye: () => void): GrpcService {
  const shutdown: handleUnaryCall<Buffer, Buffer> = (_call, respond) => {
    respond(null, noBytes);
    goodbye();
  };
  return {
    definition: { Shutdown: rawMethod('/plugin.GRPCController/Shutdown') },
    implementation: { Shutdown: shutdown },
  };
}

/** Carries nothing: the plugin's own output stays its own. It ends with the client, so a killed Terraform leaves no plugin behind. */
function stdio(gone: () => void): GrpcService {
  const streamStdio: handleServerStreamingCall<Buffer, Buffer> = (call) => {
    call.on('cancelled', gone);
  };
  return {
    definition: {
      StreamStdio: rawMethod('/plugin.GRPCStdio/StreamStdio', { request: false, response: true }),
    },
    implementation: { StreamStdio: streamStdio },
  };
}

/** Terraform opens the stream to every plugin, and asks providers for no further connection. */
function broker(): GrpcService {
  const startStream: handleBidiStreamingCall<Buffer, Buffer> = (call) => {
    call.on('data', () => call.destroy(new Error('this plugin opens no further connections')));
    call.on('end', () => call.end());
  };
  return {
    definition: {
      StartStream: rawMethod('/plugin.GRPCBroker/StartStream', { request: true, response: true }),
    },
    implementation: { StartStream: startStream },
  };
}

function health(): GrpcService {
  const check: handleUnaryCall<Buffer, Buffer> = ({ request }, respond) => {
    const { service } = healthRequest.decode(request);
    if (service === '' || service === 'plugin')
      respond(null, Buffer.from(healthResponse.encode({ status: serving })));
    else respond({ code: status.NOT_FOUND, details: `no service ${service}` });
  };
  return {
    definition: { Check: rawMethod('/grpc.health.v1.Health/Check') },
    implementation: { Check: check },
  };
}
