/** Longest expression in code points, as in cel-go: longer ones cost memory before any limit of evaluation applies. */
export const expressionCodePointsMax = 100_000;

/** Deepest nesting of brackets, calls and conditionals in the text, as in cel-go. */
export const nestingMax = 250;

/**
 * Deepest tree, as in cel-go. Chains of operators and selections (`a + b + ...`) nest in the tree though not in the
 * text; `&&` and `||` are balanced. Every pass over the tree recurses: the default stack of Node has room for about
 * four times this depth.
 */
export const treeDepthMax = 250;

/**
 * Most names in a type. A literal such as `{x: x}` doubles its type, so that a short chain of them has one that no
 * computer can hold.
 */
export const typeSizeMax = 500;

/** Problems that one compilation reports; the rest are consequences more often than causes. */
export const problemsMax = 100;

/** Runtime cost at which one evaluation stops, the `PerCallLimit` of Kubernetes: roughly a tenth of a second. */
export const perCallLimit = 1_000_000;

/** Runtime cost that all expressions of one request may use, the `RuntimeCELCostBudget` of Kubernetes. */
export const runtimeCostBudget = 10_000_000;

/**
 * Work in units of about 100 ns that an evaluation may do beyond what the costs of Kubernetes say, before it counts as
 * cost. These leave out what nested comparisons, absorbed errors, long lists and parsing really take; with it, a
 * million units of cost end within some tenths of a second, whatever they are spent on.
 */
export const freeWork = 10_000;

/** Most decimal places that `format` writes, as in cel-go. */
export const formatPrecisionMax = 1000;

/** Longest text in UTF-16 code units that a function may build; beyond it evaluation fails. */
export const stringLengthMax = 64 * 1024 * 1024;

/** Unknown values that an evaluation names when it has no value because of them; a loop may meet thousands. */
export const unknownAttributesMax = 16;
