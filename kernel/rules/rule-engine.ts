export { ruleErrors } from './rule-check.ts';
export { RuleRun } from './rule-run.ts';
export { ruleTree } from './rule-tree.ts';
