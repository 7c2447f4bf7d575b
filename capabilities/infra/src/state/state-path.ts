/**
 * Where states are, below the path of a virtual cluster, and the group of the rights to them. They are not among those of
 * `plinth.dev`: who may view all objects there may not see what is in states.
 */
export const statePath = { prefix: '/terraform/state', group: 'infra.plinth.dev' } as const;
