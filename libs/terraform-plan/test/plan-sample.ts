import {
  type Plan,
  parsePlan,
  planChanges,
  printJson,
  redactPlan,
  renderPlan,
  summarize,
} from '../src/index.ts';

/** A plan of the given members, as a text. */
export function planText(members: object = {}): string {
  return JSON.stringify({ format_version: '1.2', terraform_version: '1.11.4', ...members });
}

/** A plan of the given members. */
export function plan(members: object = {}): Plan {
  return read(planText(members));
}

/** What a text says. */
export function read(text: string): Plan {
  return parsePlan(Buffer.from(text));
}

/** A resource change; `x_server.web` is updated unless it says something else. */
export function resource(change: object, more: object = {}): object {
  return {
    address: 'x_server.web',
    mode: 'managed',
    type: 'x_server',
    name: 'web',
    provider_name: 'registry.terraform.io/x/x',
    change: {
      actions: ['update'],
      after_unknown: {},
      before_sensitive: {},
      after_sensitive: {},
      ...change,
    },
    ...more,
  };
}

/** Everything that may be stored or shown of a plan. */
export function allThatIsShown(one: Plan): string {
  return [
    printJson(redactPlan(one).document),
    renderPlan(one, { form: 'text' }),
    renderPlan(one, { form: 'markdown', forge: 'plain' }),
    JSON.stringify(planChanges(one)),
    JSON.stringify(summarize(one)),
  ].join('\n');
}
