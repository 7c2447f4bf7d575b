/** A text that is no plan of Terraform, or one that this library does not know. The message says where and what was expected. */
export class PlanError extends Error {
  override readonly name = 'PlanError';
}
