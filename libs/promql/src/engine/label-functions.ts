import { expandTemplate, type Labels, metricNameLabel } from '@plinth/prometheus-model';
import { RE2JS, RE2JSSyntaxException } from 're2js';
import type { Evaluator, Sink } from './evaluator.ts';
import { mergeEqualSeries } from './merge.ts';
import type { PlanNode, PlannedCall } from './plan.ts';
import { refuse } from './query-error.ts';
import type { Scope } from './scope.ts';

/** `label_replace(vector, destination, replacement, source, pattern)`. */
export function replaceLabels(evaluator: Evaluator, node: PlannedCall, scope: Scope, sink: Sink): void {
  const [destination = '', replacement = '', source = '', pattern = ''] = textsOf(node);
  const program = compiled(pattern);
  checkName('destination', destination, node);
  changeLabels(evaluator, node, scope, sink, destination, (labels) => {
    const matcher = program.matcher(labels.get(source));
    return matcher.matches() ? expandTemplate(replacement, matcher) : undefined;
  });
}

/** `label_join(vector, destination, separator, source...)`. */
export function joinLabels(evaluator: Evaluator, node: PlannedCall, scope: Scope, sink: Sink): void {
  const [destination = '', separator = '', ...sources] = textsOf(node);
  for (const source of sources) checkName('source', source, node);
  checkName('destination', destination, node);
  changeLabels(evaluator, node, scope, sink, destination, (labels) =>
    sources.map((source) => labels.get(source)).join(separator),
  );
}

function textsOf({ arguments: [, ...texts] }: PlannedCall): string[] {
  return texts.map((text: PlanNode) => (text.kind === 'string' ? text.value : ''));
}

function compiled(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern, RE2JS.DOTALL);
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) throw error;
    return refuse(`invalid regular expression in label_replace(): ${pattern}`);
  }
}

/** Any text names a label, as long as there is one. */
function checkName(role: 'source' | 'destination', name: string, { function: f }: PlannedCall): void {
  if (name === '' || !name.isWellFormed()) refuse(`invalid ${role} label name in ${f.name}(): ${name}`);
}

/** @param valueOf - undefined: the labels stay as they are. */
function changeLabels(
  evaluator: Evaluator,
  node: PlannedCall,
  scope: Scope,
  sink: Sink,
  destination: string,
  valueOf: (labels: Labels) => string | undefined,
): void {
  const [argument] = node.arguments;
  if (!argument) throw new TypeError(`${node.function.name} has no argument`);
  const columns = evaluator.collect(argument, scope);
  for (const column of columns) {
    const value = valueOf(column.labels);
    if (value === undefined) continue;
    column.labels = column.labels.with({ [destination]: value });
    if (destination === metricNameLabel) column.dropsName = false;
  }
  for (const column of mergeEqualSeries(columns)) sink(column);
}
