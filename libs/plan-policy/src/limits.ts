/** Checks that are compiled together. */
export const checksMax = 1_000;
/** Characters of an expression; the longest of the shipped ones has about 600. */
export const expressionCharsMax = 4_096;
/** Characters of a title. */
export const titleCharsMax = 200;
/** Characters of a remedy. */
export const remedyCharsMax = 1_000;
/** Types of resources that one check names. */
export const resourcesMax = 50;
/** Cost units of one expression on one change: room to look at some 20,000 other changes, for about 20 ms. */
export const expressionCostMax = 200_000;
/** Cost units of all checks on a plan: about 5 s. */
export const planCostMax = 50_000_000;
/** Findings that are listed of a plan; all are counted. */
export const findingsMax = 1_000;
/** Characters of a message; a longer one is cut off. */
export const messageCharsMax = 500;
/** Resources that an attribute refers to, through variables and outputs of modules as well. */
export const referencesMax = 64;
/** Modules within each other in which references are looked for. */
export const moduleDepthMax = 32;
/** Cost units after which others get their turn: about 2 ms. */
export const pauseCost = 20_000;
/** Cost units that evaluating an expression at all amounts to; for pauses alone. */
export const callCost = 10;
