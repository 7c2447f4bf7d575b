import { StatusError } from '@plinth/kernel';
import { EncryptedStateError, StateError } from '@plinth/terraform-state';

/** Does something with what should be a state. @throws StatusError 400 for what is none, 422 for what cannot be read */
export async function asState<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof StateError)) throw error;
    if (error instanceof EncryptedStateError) {
      const why = `${error.message}: what is in it is not known here`;
      throw new StatusError(422, 'Invalid', why, undefined, error);
    }
    throw new StatusError(
      400,
      'BadRequest',
      `the body is no state of Terraform: ${error.message}`,
      undefined,
      error,
    );
  }
}
