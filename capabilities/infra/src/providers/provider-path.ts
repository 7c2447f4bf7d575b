import { statePath } from '../state/state-path.ts';

/** Where the mirror of providers is, below the path of a virtual cluster, and the group of the rights to it. */
export const providersPath = { prefix: '/terraform/providers', group: statePath.group } as const;
