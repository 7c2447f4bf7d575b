/** Where the API of the catalog is, and the group of the rights to it. */
export const catalogPath = { prefix: '/api/catalog', group: 'plinth.dev' } as const;
