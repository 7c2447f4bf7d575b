import { listAt, numberAt, textAt, textsAt } from '../api/json.ts';

/** Who asks whether something waits for them. */
interface Asker {
  readonly name: string;
  readonly groups: readonly string[];
}

function isAsked(groups: readonly string[], { groups: own }: Asker): boolean {
  return groups.length === 0 || groups.some((group) => own.includes(group));
}

/** Whether a plan waits for a decision that this user can give. */
export function planWaitsFor(plan: unknown, user: Asker): boolean {
  if (textAt(plan, 'status', 'phase') !== 'Pending') return false;
  if (textAt(plan, 'spec', 'author', 'username') === user.name) return false;
  return listAt(plan, 'status', 'demands').some(
    (demand) =>
      numberAt(demand, 'have') < numberAt(demand, 'count') &&
      !textsAt(demand, 'by').includes(user.name) &&
      isAsked(textsAt(demand, 'groups'), user),
  );
}

/** Whether a run waits for a decision that this user can give. */
export function runWaitsFor(run: unknown, user: Asker): boolean {
  if (textAt(run, 'spec', 'requestedBy', 'username') === user.name) return false;
  return listAt(run, 'status', 'waitingFor').some(
    (wait) => textAt(wait, 'for') === 'Approval' && isAsked(textsAt(wait, 'groups'), user),
  );
}
