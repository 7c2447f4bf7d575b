import type { ModuleInterface, ModuleOutput, ModuleProvider, ModuleVariable } from './module-interface.ts';
import { compareTypes, parseModuleType } from './module-type.ts';
import type { Step } from './module-version.ts';

/** Something that differs, and what a version has to say about it. */
export interface InterfaceChange {
  readonly step: Step;
  readonly what: string;
}

const order: Readonly<Record<Step, number>> = { major: 0, minor: 1, patch: 2 };

/** What differs for who calls a module, the gravest first. */
export async function diffInterfaces(
  before: ModuleInterface,
  after: ModuleInterface,
): Promise<InterfaceChange[]> {
  const variables: InterfaceChange[] = [];
  for (const pair of pairs(before.variables, after.variables))
    variables.push(...(await variableChanges(pair)));
  return [
    ...variables,
    ...pairs(before.outputs, after.outputs).flatMap(outputChanges),
    ...pairs(before.providers, after.providers).flatMap(providerChanges),
    ...requirementChanges(before.requiredVersion, after.requiredVersion),
  ].sort((a, b) => order[a.step] - order[b.step]);
}

/** The least step that says all of it. */
export function stepOf(changes: readonly InterfaceChange[]): Step {
  return changes[0]?.step ?? 'patch';
}

interface Pair<Member> {
  readonly name: string;
  readonly before: Member | undefined;
  readonly after: Member | undefined;
}

function pairs<Member extends { readonly name: string }>(
  before: readonly Member[],
  after: readonly Member[],
): Pair<Member>[] {
  const names = [...new Set([...before, ...after].map(({ name }) => name))].sort();
  const in_ = (all: readonly Member[], name: string): Member | undefined =>
    all.find((one) => one.name === name);
  return names.map((name) => ({ name, before: in_(before, name), after: in_(after, name) }));
}

const change = (step: Step, what: string): InterfaceChange => ({ step, what });

async function variableChanges({ name, before, after }: Pair<ModuleVariable>): Promise<InterfaceChange[]> {
  const what = `variable "${name}"`;
  if (!after) return [change('major', `${what} was removed`)];
  if (!before) {
    return [
      after.default === undefined
        ? change('major', `${what} is new and has no default`)
        : change('minor', `${what} is new`),
    ];
  }
  const changes: InterfaceChange[] = [];
  const types = before.type === after.type ? 'same' : await typeStep(before.type, after.type);
  if (types !== 'same') {
    const step = types === 'wider' ? 'minor' : 'major';
    changes.push(change(step, `${what} has the type ${after.type}, and had ${before.type}`));
  }
  if (before.default !== undefined && after.default === undefined) {
    changes.push(change('major', `${what} has no default any more`));
  } else if (before.default === undefined && after.default !== undefined) {
    changes.push(change('minor', `${what} has a default now`));
  } else if (before.default !== after.default) changes.push(change('minor', `${what} has another default`));
  if (before.nullable !== false && after.nullable === false) {
    changes.push(change('major', `${what} does not take null any more`));
  } else if (before.nullable === false && after.nullable !== false) {
    changes.push(change('minor', `${what} takes null now`));
  }
  if (before.sensitive !== after.sensitive) {
    changes.push(
      change('minor', `${what} is ${after.sensitive ? 'sensitive now' : 'not sensitive any more'}`),
    );
  }
  return changes;
}

async function typeStep(before: string, after: string): Promise<ReturnType<typeof compareTypes>> {
  const [type, other] = [await parseModuleType(before), await parseModuleType(after)];
  return type && other ? compareTypes(type, other) : 'other';
}

function outputChanges({ name, before, after }: Pair<ModuleOutput>): InterfaceChange[] {
  const what = `output "${name}"`;
  if (!after) return [change('major', `${what} was removed`)];
  if (!before) return [change('minor', `${what} is new`)];
  // Who passes it on has to mark that as sensitive, too.
  if (!before.sensitive && after.sensitive) return [change('major', `${what} is sensitive now`)];
  return before.sensitive && !after.sensitive ? [change('minor', `${what} is not sensitive any more`)] : [];
}

function providerChanges({ name, before, after }: Pair<ModuleProvider>): InterfaceChange[] {
  const what = `provider "${name}"`;
  if (!after) return [change('minor', `${what} is not needed any more`)];
  if (!before) return [change('minor', `${what} is needed now`)];
  if (before.source !== undefined && after.source !== undefined && before.source !== after.source) {
    return [change('major', `${what} comes from ${after.source}, and came from ${before.source}`)];
  }
  const [lowest, lowestNow] = [lowestMajor(before.version), lowestMajor(after.version)];
  if (lowestNow !== undefined && lowestNow > (lowest ?? 0)) {
    return [
      change('major', `${what} has to be ${after.version}, and had to be ${before.version ?? 'any version'}`),
    ];
  }
  return before.version === after.version
    ? []
    : [change('minor', `${what} has to be ${after.version ?? 'any version'} now`)];
}

function requirementChanges(before: string | undefined, after: string | undefined): InterfaceChange[] {
  if (before === after) return [];
  const [lowest, lowestNow] = [lowestMajor(before), lowestMajor(after)];
  const step =
    lowestNow !== undefined && lowestNow > (lowest ?? 0) && lowest !== undefined ? 'major' : 'minor';
  return [
    change(
      step,
      `Terraform has to be ${after ?? 'any version'} now, and had to be ${before ?? 'any version'}`,
    ),
  ];
}

/**
 * The least major version that a constraint lets in; undefined where it has no lower bound.
 * Spec: Terraform, Version Constraints.
 */
function lowestMajor(constraint: string | undefined): number | undefined {
  const bounds = (constraint ?? '')
    .split(',')
    .map((part) => /^\s*(=|>=|>|~>)?\s*v?(\d+)/.exec(part)?.[2])
    .filter((major) => major !== undefined)
    .map(Number);
  return bounds.length === 0 ? undefined : Math.max(...bounds);
}
