import { StatusError } from '@plinth/kernel';
import { StateError } from '@plinth/terraform-state';

/** Does something with what should be a state. @throws StatusError 400 for what is none */
export async function asState<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof StateError)) throw error;
    throw new StatusError(
      400,
      'BadRequest',
      `the body is no state of Terraform: ${error.message}`,
      undefined,
      error,
    );
  }
}
