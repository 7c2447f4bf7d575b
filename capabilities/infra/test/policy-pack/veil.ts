import type { Random } from '@plinth/kernel';
import { type Plan, parsePlan, printJson } from '@plinth/terraform-plan';

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** How many of a hundred values are made unknown, containers among them. */
const veiledPercent = 15;

/** A plan in which some values are known after apply that were known before: what could have been planned with less knowledge. */
export function veiled(plan: Plan, random: Random): Plan {
  const document: { resource_changes: { change: Record<string, Json> }[] } = JSON.parse(
    printJson(plan.document),
  );
  for (const { change } of document.resource_changes) {
    const { after, after_unknown: marks } = change;
    if (isObject(after) && isObject(marks)) change['after_unknown'] = members(after, marks, random);
  }
  return parsePlan(Buffer.from(JSON.stringify(document)));
}

/** Marks for the members of an object; those that are made unknown are taken out of it, as Terraform does. */
function members(after: { [name: string]: Json }, marks: { [name: string]: Json }, random: Random): Json {
  const names = new Set([...Object.keys(after), ...Object.keys(marks)]);
  const all = [...names].map((name): [string, Json] => {
    const mark = marksOf(after[name], marks[name] ?? false, random);
    if (mark === true) delete after[name];
    return [name, mark];
  });
  return Object.fromEntries(all);
}

function marksOf(value: Json | undefined, marks: Json, random: Random): Json {
  if (marks === true || random.below(100) < veiledPercent) return true;
  if (Array.isArray(value)) {
    const list = Array.isArray(marks) ? marks : [];
    return value.map((one, i) => {
      const mark = marksOf(one, list[i] ?? false, random);
      if (mark === true) value[i] = null;
      return mark;
    });
  }
  return isObject(value) ? members(value, isObject(marks) ? marks : {}, random) : marks;
}

function isObject(value: Json | undefined): value is { [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
