import type { Check } from '@plinth/plan-policy';
import type { PlanPolicySpec } from './plan-policy-kind.ts';

/** The checks of a policy, as they are compiled. */
export function checksOf({ checks }: PlanPolicySpec): Check[] {
  return checks.map(
    ({ name, title, severity, remedy, resources, actions, when, assert, messageExpression }) => ({
      name,
      title,
      severity,
      remedy,
      assert,
      ...(resources === undefined ? {} : { resources }),
      ...(actions === undefined ? {} : { actions }),
      ...(when === undefined ? {} : { when }),
      ...(messageExpression === undefined ? {} : { messageExpression }),
    }),
  );
}
