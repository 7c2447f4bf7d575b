export {
  type Attribute,
  type Block,
  type Body,
  type Expression,
  parseBody,
  parseExpression,
} from './body.ts';
export { HclError } from './hcl-error.ts';
export { type LiteralValue, literalOf, textOf } from './literal.ts';
export { staticMapOf } from './static-map.ts';
export type { Token } from './tokens.ts';
