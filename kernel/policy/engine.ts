export { compilePolicy } from './policy-program.ts';
export { Review } from './review.ts';
export { programOf } from './shared-programs.ts';
export { expressionWarnings } from './type-check.ts';
