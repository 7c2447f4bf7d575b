import type { Client, ObjectName } from '@plinth/kernel';
import { StackError } from './stack-error.ts';
import { isStack, type Stack, stacks } from './stack-fields.ts';

/** The stacks in the same namespace that come before a stack, with the outputs that it takes of each. */
export function shownDependencies({ spec }: Stack): { readonly name: string; readonly outputs: string[] }[] {
  const references = (spec.variables ?? []).flatMap(({ stackOutputRef }) => stackOutputRef ?? []);
  return [...Map.groupBy(references, ({ name }) => name)].map(([name, taken]) => ({
    name,
    outputs: [...new Set(taken.map(({ output }) => output))],
  }));
}

function dependenciesOf(stack: Stack): string[] {
  return shownDependencies(stack).map(({ name }) => name);
}

/** Which stacks take outputs of which, so that nobody looks through all of them at each change of one. */
export class Dependents {
  /** What a stack takes outputs of, by its name. */
  readonly #before = new Map<string, readonly string[]>();
  /** Who takes outputs of a stack, by its name. */
  readonly #after = new Map<string, Map<string, ObjectName>>();

  /** A stack is there, or has become another one. */
  saw(stack: Stack): void {
    const name = nameOf(stack);
    this.gone(name);
    const before = dependenciesOf(stack).map((one) => keyOf({ ...name, name: one }));
    if (before.length === 0) return;
    this.#before.set(keyOf(name), before);
    for (const one of before) {
      const after = this.#after.get(one) ?? new Map<string, ObjectName>();
      this.#after.set(one, after.set(keyOf(name), name));
    }
  }

  /** A stack is not there any more. */
  gone(name: ObjectName): void {
    const key = keyOf(name);
    for (const one of this.#before.get(key) ?? []) {
      const after = this.#after.get(one);
      after?.delete(key);
      if (after?.size === 0) this.#after.delete(one);
    }
    this.#before.delete(key);
  }

  /** The stacks that take outputs of a stack. */
  of(stack: Stack): ObjectName[] {
    return [...(this.#after.get(keyOf(nameOf(stack)))?.values() ?? [])];
  }
}

function nameOf({ metadata: { namespace = '', name } }: Stack): ObjectName {
  return { namespace, name };
}

function keyOf({ namespace = '', name }: ObjectName): string {
  return `${namespace}/${name}`;
}

/**
 * Checks that all that a stack takes outputs of is as declared: so stacks are planned one after the other, each with what the
 * one before has come to.
 * @throws StackError `WaitingForStack` or `DependencyCycle`
 */
export function requireDependencies(client: Client, stack: Stack): void {
  const { namespace = '', name } = stack.metadata;
  const cycle = cycleFrom(client, namespace, [name]);
  if (cycle) {
    throw new StackError(
      'DependencyCycle',
      `stacks wait for each other: ${cycle.join(' -> ')}; take one stackOutputRef out`,
    );
  }
  for (const before of dependenciesOf(stack)) {
    const found = client.get(stacks, { namespace, name: before });
    if (!isStack(found)) throw new StackError('WaitingForStack', `there is no Stack ${namespace}/${before}`);
    const ready = found.status?.conditions?.find(({ type }) => type === 'Ready');
    const isCurrent = found.status?.observedGeneration === found.metadata.generation;
    if (ready?.status === 'True' && isCurrent) continue;
    const why = ready ? `: ${ready.reason}` : '';
    throw new StackError(
      'WaitingForStack',
      `Stack ${namespace}/${before} comes first, and is not ready${why}`,
    );
  }
}

/** A way from the first stack back to it; undefined when there is none. */
function cycleFrom(client: Client, namespace: string, path: readonly string[]): string[] | undefined {
  const [first = ''] = path;
  const seen = new Set<string>();
  const visit = (name: string, way: readonly string[]): string[] | undefined => {
    const found = client.get(stacks, { namespace, name });
    if (!isStack(found) || seen.has(name)) return undefined;
    seen.add(name);
    for (const next of dependenciesOf(found)) {
      const cycle = next === first ? [...way, next] : visit(next, [...way, next]);
      if (cycle) return cycle;
    }
    return undefined;
  };
  return visit(first, path);
}
