/** What an encoded chunk of a series in the head is for; numbers, since they are stored. */
export const chunkUse = { sealed: 0, histograms: 1, late: 2, open: 3 } as const;
