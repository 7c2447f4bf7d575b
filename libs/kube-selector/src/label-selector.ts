import { labelKey, labelValue } from './name-validation.ts';
import { SelectorRefusal } from './selector-error.ts';

/** How a requirement relates a label to its values. */
export type LabelOperator = 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt';

/** One condition on a label. Equality is `In` with one value, inequality `NotIn` with one value. */
export type LabelRequirement = {
  readonly key: string;
  readonly operator: LabelOperator;
  readonly values: readonly string[];
};

/** A conjunction of conditions on labels. No condition matches everything. */
export type LabelSelector = {
  readonly requirements: readonly LabelRequirement[];
  /** True for the selector of an absent selector object, which matches no object at all. */
  readonly matchesNothing: boolean;
};

/** Labels of an object. */
export type Labels = Readonly<Record<string, string>>;

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

/**
 * Tells whether labels satisfy a selector.
 * @param selector the selector
 * @param labels the object's labels; undefined is no labels
 * @returns true when every requirement holds
 *
 * Spec: Kubernetes apimachinery labels Requirement.Matches
 */
export function matchesLabels(selector: LabelSelector, labels: Labels | undefined): boolean {
  if (selector.matchesNothing) return false;
  for (const requirement of selector.requirements) {
    if (!satisfies(requirement, labels)) return false;
  }
  return true;
}

function satisfies(requirement: LabelRequirement, labels: Labels | undefined): boolean {
  const { key, operator, values } = requirement;
  const value = labels !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
    case 'Lt':
      return value !== undefined && compares(value, operator, values[0]);
  }
}

function compares(value: string, operator: 'Gt' | 'Lt', bound: string | undefined): boolean {
  const left = parseInt64(value);
  const right = bound === undefined ? undefined : parseInt64(bound);
  if (left === undefined || right === undefined) return false;
  return operator === 'Gt' ? left > right : left < right;
}

function parseInt64(text: string): bigint | undefined {
  // 20 characters hold every signed 64-bit number; more would only cost time.
  if (text.length > 40 || !/^[+-]?[0-9]+$/.test(text)) return undefined;
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text);
  return value >= INT64_MIN && value <= INT64_MAX ? value : undefined;
}

/**
 * Checks a requirement's key and values.
 * @param requirement the requirement
 * @param position where its text starts, for the error
 * @throws SelectorRefusal naming the key or value and what is wrong with it
 *
 * Spec: Kubernetes apimachinery labels NewRequirement
 */
export function checkRequirement(requirement: LabelRequirement, position: number): void {
  const { key, operator, values } = requirement;
  const faults = labelKey(key).map((fault) => `key: Invalid value: ${JSON.stringify(key)}: ${fault}`);
  const found = `values: Invalid value: ${JSON.stringify(values)}:`;
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) faults.push(`${found} for 'in', 'notin' operators, values set can't be empty`);
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0) faults.push(`${found} values set must be empty for exists and does not exist`);
  } else if (values.length !== 1) {
    faults.push(`${found} for 'Gt', 'Lt' operators, exactly one value is required`);
  }
  for (const [index, value] of values.entries()) {
    const start = `values[${index}]: Invalid value: ${JSON.stringify(value)}:`;
    if ((operator === 'Gt' || operator === 'Lt') && parseInt64(value) === undefined) {
      faults.push(`${start} for 'Gt', 'Lt' operators, the value must be an integer`);
    }
    faults.push(...labelValue(value).map((fault) => `${start} ${fault}`));
  }
  if (faults.length === 1) throw new SelectorRefusal(faults.join(), position);
  if (faults.length > 1) throw new SelectorRefusal(`[${faults.join(', ')}]`, position);
}

/**
 * Writes a selector in the form that {@link parseLabelSelector} reads.
 * @param selector a selector of requirements (one that matches nothing has no text)
 * @returns the text, e.g. `app=web,tier in (a,b),!legacy`
 */
export function formatLabelSelector(selector: LabelSelector): string {
  return selector.requirements.map(formatRequirement).join(',');
}

function formatRequirement({ key, operator, values }: LabelRequirement): string {
  switch (operator) {
    case 'In':
      return values.length === 1 ? `${key}=${values.join()}` : `${key} in (${values.join()})`;
    case 'NotIn':
      return values.length === 1 ? `${key}!=${values.join()}` : `${key} notin (${values.join()})`;
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
    case 'Gt':
      return `${key}>${values.join()}`;
    case 'Lt':
      return `${key}<${values.join()}`;
  }
}
