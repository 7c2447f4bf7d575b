import { StatusError } from '@plinth/kernel';
import { statePath } from './state-path.ts';
import { terraformStateKind } from './terraform-state-kind.ts';

/** What somebody is told who may not take the locks of others away. */
export function mayNotForce(username: string): StatusError {
  const right = `delete on ${terraformStateKind.plural}/lock of ${statePath.group}`;
  return new StatusError(
    403,
    'Forbidden',
    `${username} may not take a lock of others away: that needs the verb ${right}`,
  );
}
