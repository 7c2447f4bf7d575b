export { LabelBuilder } from './label-builder.ts';
export { RelabelError } from './relabel-error.ts';
export { type RelabelFields, RelabelRule, relabelAll } from './relabel-rule.ts';
