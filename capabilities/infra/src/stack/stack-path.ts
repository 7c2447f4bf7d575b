/** Where the plans of stacks are shown. */
export const stackPath = { prefix: '/terraform/stacks', group: 'infra.plinth.dev' } as const;
