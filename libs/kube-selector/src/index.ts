export {
  type FieldRequirement,
  type FieldSelector,
  matchesFields,
  parseFieldSelector,
} from './field-selector.ts';
export { evaluate, evaluateFirst, type JsonPath, parseJsonPath } from './json-path.ts';
export {
  formatLabelSelector,
  type LabelOperator,
  type LabelRequirement,
  type LabelSelector,
  type Labels,
  matchesLabels,
} from './label-selector.ts';
export { labelSelectorFromObject } from './label-selector-object.ts';
export { parseLabelSelector } from './label-selector-text.ts';
export {
  configKey,
  dns1035Label,
  dns1123Label,
  dns1123Subdomain,
  LABEL_LENGTH_MAX,
  labelKey,
  labelValue,
  pathSegmentName,
  qualifiedName,
  SUBDOMAIN_LENGTH_MAX,
} from './name-validation.ts';
export type { SelectorError, SelectorResult } from './selector-error.ts';
