import type { HttpProtocol } from '@plinth/kernel';
import { modulesPath } from '../modules/module-path.ts';
import { clusterPath } from './address.ts';
import { cloudPath, discoveryPath } from './cloud-path.ts';

/**
 * Tells clients where the services of this virtual cluster are. Clients ask at the root of a host, with their credential; for a
 * tenant the paths stand in a `host` block of their configuration.
 * Spec: Terraform, Remote Service Discovery.
 */
export function discoveryProtocol(tenant: string): HttpProtocol {
  const cloud = `${clusterPath(tenant)}${cloudPath.prefix}/`;
  const services = {
    'modules.v1': `${clusterPath(tenant)}${modulesPath.prefix}/`,
    'tfe.v2': cloud,
    'tfe.v2.1': cloud,
    'tfe.v2.2': cloud,
  };
  return {
    ...discoveryPath,
    endpoints: [
      {
        methods: ['GET'],
        path: discoveryPath.prefix,
        access: 'known',
        bodyBytesMax: 0,
        handle: () => ({ status: 200, contentType: 'application/json', body: JSON.stringify(services) }),
      },
    ],
    refuse: ({ code, message }) => ({
      status: code,
      contentType: 'application/json',
      body: JSON.stringify({ errors: [message] }),
    }),
  };
}
