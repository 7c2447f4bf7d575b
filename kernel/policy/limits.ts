/** Conditions of a policy. Spec: admissionregistration.k8s.io/v1, MatchCondition. */
export const matchConditionsMax = 64;
/** Audit annotations of a policy. Spec: admissionregistration.k8s.io/v1, AuditAnnotation. */
export const auditAnnotationsMax = 20;
/** Bytes of an expression that makes the value of an audit annotation; values tend to be longer than expressions. */
export const auditExpressionBytesMax = 5 * 1024;
/** Characters of the value of an audit annotation; what is longer is cut off. Spec: the same. */
export const auditValueCharsMax = 10 * 1024;
/** Bytes of a message that an expression makes; a longer one is replaced by the fixed message. Spec: the same. */
export const messageBytesMax = 5 * 1024;
/** Cost units that the match conditions of a policy may use together; a quarter of what its validations may. */
export const matchConditionCostMax = 2_500_000;
/** Kinds that the expressions of one policy are checked against. Spec: ValidatingAdmissionPolicy, type checking. */
export const kindsCheckedMax = 10;
/** Milliseconds that policies may work in one turn of the event loop, before other requests get theirs. */
export const turnMs = 5;
/** Cost units from which an expression counts as slow: about 5 ms. */
export const slowCostMin = 100_000;
/** Quick runs after which a policy does not count as slow for a user any more. */
export const quickRunsMin = 32;
/** Expressions that may wait for their turn because they are known to be slow; further writes are answered 429. */
export const slowWaitingMax = 1_000;
/** Users that a policy remembers to be slow for; beyond it all are forgotten. */
export const slowUsersMax = 1_000;
/** Milliseconds until it is looked again whether the parameters are there that bindings name, for the status. */
export const paramsCheckedMs = 30_000;
