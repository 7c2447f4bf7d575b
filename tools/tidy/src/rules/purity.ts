import type { Rule } from '../rule.ts';
import type { PlacedNode, SourceFile } from '../source.ts';
import { moduleReferences } from '../specifiers.ts';

const REMEDY = 'take it through a port of kernel/ports (clock, random, ids, outbound http)';
const IMPURE_GLOBALS: ReadonlySet<string> = new Set(['setTimeout', 'setInterval', 'fetch']);
const IMPURE_MEMBERS: ReadonlySet<string> = new Set([
  'Date.now',
  'Math.random',
  'performance.now',
  'AbortSignal.timeout',
  'globalThis.setTimeout',
  'globalThis.setInterval',
  'globalThis.fetch',
]);
const HIDEABLE_NAMES: ReadonlySet<string> = new Set([
  ...IMPURE_GLOBALS,
  ...[...IMPURE_MEMBERS].map((member) => member.replace(/\..*/, '')),
]);
/** Node modules that reach out of the process. */
const OUTSIDE_MODULES =
  /^node:(fs|net|http|https|http2|tls|dgram|dns|child_process|cluster|worker_threads|timers|os|sqlite)(\/|$)/;

/** Time, chance and the network come in through ports, so that tests and the simulation hold them. */
export const ports: Rule = {
  name: 'ports',
  check(file, report) {
    if (mayBeImpure(file)) return;
    const declared = declaredNames(file);
    for (const placed of file.nodes) {
      const name = impureUse(placed);
      if (name === undefined || declared.has(name.split('.', 1)[0] ?? '')) continue;
      report(placed.node.start, `${name} outside of the ports`, REMEDY);
    }
    for (const { specifier, offset } of moduleReferences(file)) {
      if (/^node:timers(\/|$)/.test(specifier)) report(offset, `${specifier} outside of the ports`, REMEDY);
    }
  },
};

/** A library knows neither Plinth nor the world: it could be published alone. */
export const pureLibraries: Rule = {
  name: 'pure-library',
  check(file, report) {
    if (file.layer !== 'lib' || file.isTest) return;
    for (const { specifier, offset } of moduleReferences(file)) {
      if (OUTSIDE_MODULES.test(specifier) && !takesOnlyAddressSyntax(file, offset)) {
        report(offset, `a library imports ${specifier}`, 'let the caller hand in what it needs from outside');
      }
    }
    for (const match of file.text.matchAll(/(?<!@)\bplinth\b/gi)) {
      report(match.index, 'a library mentions Plinth', "use the words of the library's own field");
    }
  },
};

/** `isIP` and its kin of `node:net` only look at text. */
function takesOnlyAddressSyntax(file: SourceFile, offset: number): boolean {
  return file.nodes.some(
    ({ node }) =>
      node.type === 'ImportDeclaration' &&
      node.source.start === offset &&
      node.source.value === 'node:net' &&
      node.specifiers.every((specifier) => /^isIP(v[46])?$/.test(specifier.local.name)),
  );
}

function mayBeImpure(file: SourceFile): boolean {
  if (file.isTest || file.path.startsWith('kernel/ports/')) return true;
  return file.layer === 'app' || file.layer === 'tool' || file.layer === 'outside';
}

function impureUse({ node, parent, key }: PlacedNode): string | undefined {
  if (node.type === 'MemberExpression' && !node.computed && node.object.type === 'Identifier') {
    const name = `${node.object.name}.${node.property.type === 'Identifier' ? node.property.name : ''}`;
    return IMPURE_MEMBERS.has(name) ? name : undefined;
  }
  if (node.type === 'NewExpression' || node.type === 'CallExpression') {
    const isDate = node.callee.type === 'Identifier' && node.callee.name === 'Date';
    // With arguments `new Date` only converts; called as a function, Date tells the time whatever it is given.
    return isDate && (node.type === 'CallExpression' || node.arguments.length === 0) ? 'Date' : undefined;
  }
  if (node.type !== 'Identifier' || !IMPURE_GLOBALS.has(node.name)) return undefined;
  const isPropertyName =
    (parent?.type === 'MemberExpression' && key === 'property' && !parent.computed) ||
    (parent !== undefined && 'key' in parent && key === 'key');
  const isTypeName = parent?.type.startsWith('TS') === true && !parent.type.endsWith('Expression');
  return isPropertyName || isTypeName ? undefined : node.name;
}

/** Names that the file itself binds, at whatever depth: they hide the global of that name. */
function declaredNames(file: SourceFile): Set<string> {
  const names = new Set<string>();
  for (const { node, parent, key } of file.nodes) {
    if (node.type !== 'Identifier' || !HIDEABLE_NAMES.has(node.name)) continue;
    const isBinding =
      (parent?.type === 'VariableDeclarator' && key === 'id') ||
      (key === 'params' && parent !== undefined) ||
      (key === 'id' && parent?.type === 'FunctionDeclaration') ||
      (key === 'local' && parent?.type.startsWith('Import') === true) ||
      (key === 'value' && parent?.type === 'Property' && parent.shorthand && isPattern(file, parent));
    if (isBinding) names.add(node.name);
  }
  return names;
}

function isPattern(file: SourceFile, property: { start: number; end: number }): boolean {
  return file.nodes.some(
    ({ node }) =>
      node.type === 'ObjectPattern' &&
      node.properties.some((candidate) => candidate.start === property.start),
  );
}
