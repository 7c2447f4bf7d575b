import type { Attributes, Authorizer, UserInfo } from '../auth/port.ts';
import { refusalMessage } from '../auth/rbac/refusal.ts';
import { equalJson } from '../model/json.ts';
import { forbidden } from '../model/status-error.ts';
import { runs } from './run-kind.ts';

/** The resource that the right to start a definition is about; there are no objects of it. */
const runDefinitions = { group: runs.group, resource: 'rundefinitions' } as const;

/** The verb of that right. */
const startVerb = 'start';

/** Decides who may start definitions. */
export type StartRight = Pick<Authorizer, 'authorize'>;

/** What is to be started, and by what. */
export interface StartAttempt {
  readonly user: UserInfo;
  readonly namespace: string;
  /** Name of the definition. */
  readonly definition: string;
  /** The object that starts it: plural and name. */
  readonly resource: string;
  readonly name: string;
}

/**
 * Refuses what a user starts without the right to. A definition acts with the rights of its capability, so the right to
 * create Runs says nothing yet: like `bind` for roles, the verb `start` on the resource `rundefinitions` names the
 * definitions that somebody may have carried out.
 * @throws StatusError 403 that names the missing right
 */
export function requireStart(right: StartRight, attempt: StartAttempt): void {
  const { user, namespace, definition, resource, name } = attempt;
  const attributes: Attributes = {
    user,
    verb: startVerb,
    ...runDefinitions,
    subresource: '',
    namespace,
    name: definition,
  };
  if (right.authorize(attributes).allowed) return;
  const remedy = `it takes the verb ${startVerb} on ${runDefinitions.resource} of ${runDefinitions.group} with the resourceName ${JSON.stringify(definition)}`;
  throw forbidden({ group: runs.group, resource, name }, refusalMessage(attributes, remedy));
}

/** The fields of two specs that differ. */
export function changedFields(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => !equalJson(before[name], after[name]));
}
