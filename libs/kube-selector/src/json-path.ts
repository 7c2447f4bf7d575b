import { compile, type Evaluate, fieldAt } from './json-path-evaluation.ts';
import { parseSteps, type Step } from './json-path-grammar.ts';
import { capture, type SelectorResult } from './selector-error.ts';

/** A compiled path. */
export type JsonPath = {
  /** The text that was parsed. */
  readonly source: string;
  readonly evaluateAll: Evaluate;
  /** The member names of a plain dotted path, for which no list of results is needed. */
  readonly plain: readonly string[] | undefined;
};

/**
 * Compiles a kubectl JSONPath: the form in CRD printer columns, `kubectl -o jsonpath` with one expression,
 * and `kubectl wait --for=jsonpath`. Braces and the leading dot may be left out.
 *
 * Supported: `.a`, `['a']`, `.a\.b`, `[0]`, `[-1]`, `[1:3]`, `[::2]`, `[*]`, `.*`, `..a`, `[0,2]`, `['a','b']`,
 * `[?(@.type=="Ready")]` with `== != < <= > >=` or mere existence. Text around expressions and `range` are not.
 * @param template the path
 * @returns the compiled path, or the fault and its position
 *
 * Spec: kubernetes.io/docs/reference/kubectl/jsonpath
 */
export function parseJsonPath(template: string): SelectorResult<JsonPath> {
  return capture(() => {
    const steps = parseSteps(template);
    return { source: template, evaluateAll: compile(steps), plain: plainNames(steps) };
  });
}

function plainNames(steps: readonly Step[]): string[] | undefined {
  const names: string[] = [];
  for (const step of steps) {
    if (step.kind !== 'field') return undefined;
    names.push(step.name);
  }
  return names;
}

/**
 * Finds all values that a path denotes.
 * @param path the compiled path
 * @param value any JSON value
 * @returns the values in document order; none where members are absent or values are not of the kind that a
 *   step asks for
 */
export function evaluate(path: JsonPath, value: unknown): unknown[] {
  if (path.plain === undefined) return path.evaluateAll([value]);
  const found = follow(path.plain, value);
  return found === undefined ? [] : [found];
}

/**
 * Finds the first value that a path denotes, without building a list for plain dotted paths.
 * @param path the compiled path
 * @param value any JSON value
 * @returns the value, or undefined when there is none
 */
export function evaluateFirst(path: JsonPath, value: unknown): unknown {
  return path.plain === undefined ? path.evaluateAll([value])[0] : follow(path.plain, value);
}

function follow(names: readonly string[], value: unknown): unknown {
  let current = value;
  for (const name of names) {
    current = fieldAt(current, name);
    if (current === undefined) return undefined;
  }
  return current;
}
