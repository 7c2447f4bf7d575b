import type { Queryable } from '@plinth/prometheus-model';
import type { PlanNode, Selector } from './plan.ts';

/** Finds the series of all selectors of a plan, at the same time. @throws what the source throws. */
export async function selectSeries(
  plan: PlanNode,
  source: Queryable,
  signal: AbortSignal | undefined,
): Promise<void> {
  const selectors: Selector[] = [];
  collectSelectors(plan, selectors);
  await Promise.all(
    selectors.map(async (selector) => {
      selector.series = await source.select(selector.selection, signal);
    }),
  );
}

function collectSelectors(node: PlanNode, selectors: Selector[]): void {
  switch (node.kind) {
    case 'vector-selector':
    case 'matrix-selector':
      selectors.push(node.selector);
      return;
    case 'subquery':
    case 'invariant':
      return collectSelectors(node.expression, selectors);
    case 'call':
      if (node.info) selectors.push(node.info.selector);
      for (const argument of node.arguments) collectSelectors(argument, selectors);
      return;
    case 'aggregation':
      if (node.parameter) collectSelectors(node.parameter, selectors);
      return collectSelectors(node.expression, selectors);
    case 'binary':
      collectSelectors(node.left, selectors);
      return collectSelectors(node.right, selectors);
    case 'negation':
      return collectSelectors(node.operand, selectors);
    case 'number':
    case 'string':
      return;
  }
}
