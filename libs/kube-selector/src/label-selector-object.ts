import {
  checkRequirement,
  type LabelOperator,
  type LabelRequirement,
  type LabelSelector,
} from './label-selector.ts';
import { capture, SelectorRefusal, type SelectorResult } from './selector-error.ts';

const OPERATORS: readonly LabelOperator[] = ['In', 'NotIn', 'Exists', 'DoesNotExist'];

/**
 * Reads the object form of a label selector, `{ matchLabels, matchExpressions }`.
 * @param selector the object; undefined or null matches nothing, an empty object matches everything
 * @returns the selector, or the fault with the field that has it
 *
 * Spec: Kubernetes meta/v1 LabelSelector, LabelSelectorAsSelector
 */
export function labelSelectorFromObject(selector: unknown): SelectorResult<LabelSelector> {
  return capture(() => {
    if (selector === undefined || selector === null) return { requirements: [], matchesNothing: true };
    const members = record(selector, 'the selector');
    const requirements = [
      ...fromMatchLabels(members['matchLabels']),
      ...fromExpressions(members['matchExpressions']),
    ];
    return { requirements, matchesNothing: false };
  });
}

function fromMatchLabels(matchLabels: unknown): LabelRequirement[] {
  if (matchLabels === undefined || matchLabels === null) return [];
  return Object.entries(record(matchLabels, 'matchLabels')).map(([key, value]) => {
    const field = `matchLabels[${key}]`;
    return checked({ key, operator: 'In', values: [text(value, field)] }, field);
  });
}

function fromExpressions(expressions: unknown): LabelRequirement[] {
  if (expressions === undefined || expressions === null) return [];
  if (!Array.isArray(expressions)) throw new SelectorRefusal('matchExpressions: must be a list', 0);
  return expressions.map((expression: unknown, index) => {
    const field = `matchExpressions[${index}]`;
    const { key, operator, values } = record(expression, field);
    const known = OPERATORS.find((name) => name === operator);
    if (known === undefined) {
      const message = `${field}.operator: ${JSON.stringify(operator)} is not a valid label selector operator`;
      throw new SelectorRefusal(`${message} (supported: ${OPERATORS.join(', ')})`, 0);
    }
    if (values !== undefined && values !== null && !Array.isArray(values)) {
      throw new SelectorRefusal(`${field}.values: must be a list`, 0);
    }
    const list = (values ?? []).map((value: unknown, at: number) => text(value, `${field}.values[${at}]`));
    return checked({ key: text(key, `${field}.key`), operator: known, values: list }, field);
  });
}

function checked(requirement: LabelRequirement, field: string): LabelRequirement {
  try {
    checkRequirement(requirement, 0);
    return requirement;
  } catch (error) {
    if (!(error instanceof SelectorRefusal)) throw error;
    throw new SelectorRefusal(`${field}: ${error.message}`, 0);
  }
}

function record(value: unknown, field: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new SelectorRefusal(`${field}: must be an object`, 0);
}

function text(value: unknown, field: string): string {
  if (typeof value === 'string') return value;
  throw new SelectorRefusal(`${field}: must be a string, found ${JSON.stringify(value) ?? 'nothing'}`, 0);
}
