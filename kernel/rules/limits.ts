/** Estimated cost of one CEL rule of a schema. Spec: apiextensions.k8s.io/v1, StaticEstimatedCostLimit. */
export const ruleCostMax = 10_000_000;
/** Estimated cost of all CEL rules of a schema together. Spec: the same, StaticEstimatedCRDCostLimit. */
export const schemaCostMax = 100_000_000;
/** Bytes of an object that estimates go by where a schema bounds nothing. Spec: the same, MaxRequestSizeBytes. */
export const estimatedBytesMax = 3 * 1024 * 1024;
/** Rules that are named when the total is too much: the most expensive ones. */
export const expensiveRulesShownMax = 4;
/** Bytes of a message that an expression makes; a longer one is replaced by the fixed message. Spec: the same. */
export const ruleMessageBytesMax = 5 * 1024;
/** Fields without a bound that the error about the cost of a rule names. */
export const unboundedShownMax = 5;
