import { statePath } from '../state/state-path.ts';

/** Where the API of `cloud {}` is, below the path of a virtual cluster. Rights are those to states. */
export const cloudPath = { prefix: '/terraform/cloud', group: statePath.group } as const;

/** Where clients ask which services there are. Spec: Terraform, Remote Service Discovery. */
export const discoveryPath = { prefix: '/.well-known/terraform.json', group: statePath.group } as const;
