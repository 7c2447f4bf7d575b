import type { Rule } from '../rule.ts';

const PARTS: readonly string[] = [
  'index',
  'capability',
  'kinds',
  'plan',
  'apply',
  'reconcile',
  'tables',
  'routes',
  'errors',
  'limits',
  'ports',
];

/** Knowing one capability, you know the rest: each has a declaration, and no spelling variants of the parts. */
export const capabilityShape: Rule = {
  name: 'capability-shape',
  check(file, report, { fileAt }) {
    if (file.layer !== 'capability' || file.owner === undefined) return;
    const inside = file.path.slice(file.owner.folder.length + 1);
    if (inside === 'src/index.ts' && !fileAt.has(`${file.owner.folder}/src/capability.ts`)) {
      report(0, 'a capability without src/capability.ts', 'declare its kinds, controllers and routes there');
    }
    const [top = ''] = inside.split('/', 1);
    if (top !== 'src' && top !== 'test') {
      report(0, `"${inside}" has no place in a capability`, 'put it below src/ or test/');
    }
    const singular = /^src\/([a-z]+)\.ts$/.exec(inside)?.[1];
    if (singular === undefined || PARTS.includes(singular)) return;
    const meant = PARTS.find(
      (part) => part.replace(/s$/, '') === singular.replace(/s$|r$/, '').replace(/s$/, ''),
    );
    if (meant !== undefined)
      report(0, `"${inside}" is called src/${meant}.ts elsewhere`, `rename it to ${meant}.ts`);
  },
};
