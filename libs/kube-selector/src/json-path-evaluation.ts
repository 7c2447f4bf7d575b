import type { CompareOperator, Operand, Step } from './json-path-grammar.ts';

/** Maps values to the values that a path denotes from each of them. */
export type Evaluate = (values: readonly unknown[]) => unknown[];

/**
 * Reads a member, never an inherited one.
 * @param value any JSON value
 * @param name the member's name
 * @returns the member, or undefined where there is none
 */
export function fieldAt(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
}

/**
 * Compiles steps to one function.
 * @param steps the steps of a path
 * @returns the function
 */
export function compile(steps: readonly Step[]): Evaluate {
  const stages = steps.map(compileStep);
  return (values) => {
    let current = [...values];
    for (const stage of stages) {
      if (current.length === 0) return current;
      current = stage(current);
    }
    return current;
  };
}

function compileStep(step: Step): Evaluate {
  switch (step.kind) {
    case 'field':
      return each((value) => present(fieldAt(value, step.name)));
    case 'key':
      return each((value) => {
        const plain = fieldAt(value, step.name);
        return present(plain !== undefined ? plain : step.path.reduce(fieldAt, value));
      });
    case 'wildcard':
      return each(children);
    case 'descend':
      return each((value) => descend(value, []));
    case 'index':
      return each((value) => (Array.isArray(value) ? present(value.at(step.index)) : []));
    case 'slice':
      return each((value) => slice(value, step.start, step.end, step.stride));
    case 'union': {
      const branches = step.branches.map(compileStep);
      return (values) => branches.flatMap((branch) => branch(values));
    }
    case 'filter': {
      const accepts = compileFilter(step.left, step.comparison?.operator, step.comparison?.right);
      return each((value) => (Array.isArray(value) ? value.filter(accepts) : []));
    }
  }
}

function each(expand: (value: unknown) => readonly unknown[]): Evaluate {
  return (values) => {
    const result: unknown[] = [];
    for (const value of values) for (const found of expand(value)) result.push(found);
    return result;
  };
}

function present(value: unknown): unknown[] {
  return value === undefined ? [] : [value];
}

function children(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return typeof value === 'object' && value !== null ? Object.values(value) : [];
}

/** The value and everything below it that has members, parents first. */
function descend(value: unknown, found: unknown[]): unknown[] {
  const below = children(value);
  if (below.length === 0) return found;
  found.push(value);
  for (const child of below) descend(child, found);
  return found;
}

function slice(
  value: unknown,
  start: number | undefined,
  end: number | undefined,
  stride: number,
): unknown[] {
  if (!Array.isArray(value)) return [];
  return value.slice(start, end).filter((_, index) => index % stride === 0);
}

function compileFilter(
  left: Operand,
  operator: CompareOperator | undefined,
  right: Operand | undefined,
): (value: unknown) => boolean {
  const lefts = compileOperand(left);
  if (operator === undefined || right === undefined) return (value) => lefts(value).length > 0;
  const rights = compileOperand(right);
  return (value) => {
    const [a, ...moreLefts] = lefts(value);
    const [b, ...moreRights] = rights(value);
    // kubectl compares one value with one value; an absent or ambiguous side selects nothing.
    if (a === undefined || b === undefined || moreLefts.length > 0 || moreRights.length > 0) return false;
    return compare(a, operator, b);
  };
}

function compileOperand(operand: Operand): (value: unknown) => unknown[] {
  if (operand.kind === 'literal') {
    const values = [operand.value];
    return () => values;
  }
  const evaluate = compile(operand.steps);
  return (value) => evaluate([value]);
}

function compare(left: unknown, operator: CompareOperator, right: unknown): boolean {
  if (operator === '==') return left === right;
  if (operator === '!=') return left !== right;
  const ordered =
    (typeof left === 'number' && typeof right === 'number') ||
    (typeof left === 'string' && typeof right === 'string');
  if (!ordered) return false;
  const order = left < right ? -1 : left > right ? 1 : 0;
  switch (operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}
