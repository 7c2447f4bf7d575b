import { statePath } from '../state/state-path.ts';

/** Where the registry of modules is, below the path of a virtual cluster, and the group of the rights to them. */
export const modulesPath = { prefix: '/terraform/modules', group: statePath.group } as const;
