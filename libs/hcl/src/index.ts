export { blocksOf, type HclBlock } from './blocks.ts';
export {
  type ExpressionTree,
  expressionTree,
  type HclBody,
  isRecord,
  membersOf,
  parseHcl,
  referencesIn,
} from './hcl.ts';
export { HclError } from './hcl-error.ts';
export { literalText, type TemplatePiece, templatePieces } from './template.ts';
export { valueText } from './value-text.ts';
