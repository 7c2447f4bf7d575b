/** A text that is no state of Terraform. The message says what was expected, and where. */
export class StateError extends Error {
  override readonly name: string = 'StateError';
}

/** A state that OpenTofu has encrypted: who has no key of it knows its serial and lineage, and nothing else. */
export class EncryptedStateError extends StateError {
  override readonly name = 'EncryptedStateError';

  constructor() {
    super('OpenTofu has encrypted the state with a key of its own');
  }
}
