/** A rule that cannot be evaluated, for a reason of its own rather than of its query. */
export class RuleEvaluationError extends Error {
  override name = 'RuleEvaluationError';
}
