/** One tool of `npm run check`. */
export interface Check {
  readonly name: string;
  /** Program in `node_modules/.bin`, or `node`, with its arguments. */
  readonly command: readonly [program: string, ...args: string[]];
}

/**
 * The tools, the slowest first: whoever starts last decides when the whole ends.
 */
export const CHECKS: readonly Check[] = [
  { name: 'lint', command: ['oxlint', '--type-aware', '--deny-warnings', '--threads=2'] },
  { name: 'dead code', command: ['knip', '--no-progress', '--no-config-hints', '--cache'] },
  { name: 'types', command: ['tsc', '-p', '.'] },
  { name: 'types of the portal', command: ['tsc', '-p', 'apps/portal/web'] },
  { name: 'tidy', command: ['node', 'tools/tidy/main.ts'] },
  { name: 'format', command: ['biome', 'ci', '--linter-enabled=false'] },
];
