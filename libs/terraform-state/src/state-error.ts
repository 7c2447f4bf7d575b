/** A text that is no state of Terraform. The message says what was expected, and where. */
export class StateError extends Error {
  override readonly name = 'StateError';
}
