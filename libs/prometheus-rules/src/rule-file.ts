import { LineCounter, parseDocument } from 'yaml';
import { readGroups } from './read-groups.ts';
import type { RuleFault, RuleGroupSpec } from './rule-spec.ts';

/** A rule file that cannot be used: every fault with line and column. */
export class RuleFileError extends Error {
  override name = 'RuleFileError';
  readonly file: string;
  readonly faults: readonly string[];

  constructor(file: string, faults: readonly string[]) {
    super(faults.map((fault) => `${file}: ${fault}`).join('\n'));
    this.file = file;
    this.faults = faults;
  }
}

/** Levels of aliases in a file: more than any rule file has, less than what explodes. */
const aliasesMax = 100;

/**
 * Reads a rule file of Prometheus, or the manifest of a PrometheusRule.
 * Spec: Prometheus 3.14, model/rulefmt.
 *
 * @param file - its name, for messages
 * @throws RuleFileError
 */
export function readRuleFile(text: string, file: string): readonly RuleGroupSpec[] {
  return readYaml(text, file, (content) => {
    const spec = specOf(content);
    const { groups, faults } = readGroups(spec ? spec.content : content);
    if (!spec) return { value: groups, faults };
    return { value: groups, faults: faults.map((fault) => ({ ...fault, path: ['spec', ...fault.path] })) };
  });
}

/** What stands in a PrometheusRule, which is a rule file within an object of Kubernetes. */
function specOf(content: unknown): { readonly content: unknown } | undefined {
  const isRule =
    typeof content === 'object' && content !== null && Reflect.get(content, 'kind') === 'PrometheusRule';
  return isRule ? { content: Reflect.get(content, 'spec') } : undefined;
}

/**
 * Reads a YAML file, and gives faults of what is in it their lines and columns.
 * @throws RuleFileError
 */
export function readYaml<T>(
  text: string,
  file: string,
  read: (content: unknown) => { readonly value: T; readonly faults: readonly RuleFault[] },
): T {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true });
  const placed = (offset: number, message: string): string => {
    const { line, col } = lines.linePos(offset);
    return `${line}:${col}: ${message}`;
  };
  if (document.errors.length > 0) {
    throw new RuleFileError(
      file,
      document.errors.map(({ pos, message }) => placed(pos[0], message)),
    );
  }
  const { value, faults } = read(document.toJS({ maxAliasCount: aliasesMax }));
  if (faults.length === 0) return value;
  throw new RuleFileError(
    file,
    faults.map(({ path, message }) => placed(offsetOf(document, path), message)),
  );
}

/** Where the nearest node on the way to a path begins. */
function offsetOf(document: ReturnType<typeof parseDocument>, path: readonly (string | number)[]): number {
  for (let length = path.length; length >= 0; length--) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (typeof node !== 'object' || node === null || !('range' in node)) continue;
    const { range } = node;
    if (Array.isArray(range) && typeof range[0] === 'number') return range[0];
  }
  return 0;
}
