import type { AttributePath } from './attribute-path.ts';
import {
  type CtyObject,
  type CtyValue,
  canonicalText,
  elementType,
  isCtyArray,
  isCtyObject,
} from './cty-value.ts';
import { type Block, type NestingMode, typeOfBlock } from './schema.ts';

/**
 * Where an attribute differs between two values of a block: nowhere, or at one place for each block that it is in. The way to it
 * goes through lists and maps of blocks, and ends before the elements of a set, which have no address.
 * @param names - the name of the attribute, after the names of the blocks around it.
 */
export function changedPaths(
  block: Block,
  before: CtyObject,
  after: CtyObject,
  names: readonly string[],
): AttributePath[] {
  const [name = '', ...rest] = names;
  if (leaves(block, before, names).join() === leaves(block, after, names).join()) return [];
  const nested = block.block_types?.[name];
  if (nested === undefined || rest.length === 0) return [[name]];
  const pairs = pairElements(before[name] ?? null, after[name] ?? null, nested.nesting_mode);
  if (pairs === undefined) return [[name]];
  return pairs.flatMap((pair) =>
    changedPaths(nested.block, pair.before, pair.after, rest).map((path) => [name, ...pair.step, ...path]),
  );
}

/** The attribute's value in each of the blocks that it is in, in an order that does not depend on that of the blocks of a set. */
function leaves(block: Block, value: CtyObject, names: readonly string[]): string[] {
  const [name = '', ...rest] = names;
  const member = value[name] ?? null;
  const nested = block.block_types?.[name];
  if (nested === undefined || rest.length === 0)
    return [canonicalText(member, elementType(typeOfBlock(block), name))];
  if (nested.nesting_mode === 'single' || nested.nesting_mode === 'group') {
    return isCtyObject(member) ? leaves(nested.block, member, rest) : [];
  }
  const elements = isCtyArray(member) ? member : isCtyObject(member) ? Object.values(member) : [];
  const found = elements.flatMap((element) =>
    isCtyObject(element) ? leaves(nested.block, element, rest) : [],
  );
  return nested.nesting_mode === 'set' ? found.sort() : found;
}

interface ElementPair {
  step: AttributePath;
  before: CtyObject;
  after: CtyObject;
}

/** @returns undefined when blocks came or went, or cannot be told apart. */
function pairElements(before: CtyValue, after: CtyValue, nesting: NestingMode): ElementPair[] | undefined {
  if (nesting === 'single' || nesting === 'group') {
    return isCtyObject(before) && isCtyObject(after) ? [{ step: [], before, after }] : undefined;
  }
  const pairs: ElementPair[] = [];
  if (nesting === 'list' && isCtyArray(before) && isCtyArray(after) && before.length === after.length) {
    for (const [index, from] of before.entries()) {
      const to = after[index];
      if (isCtyObject(from) && isCtyObject(to)) pairs.push({ step: [index], before: from, after: to });
    }
    return pairs;
  }
  if (nesting !== 'map' || !isCtyObject(before) || !isCtyObject(after)) return undefined;
  for (const [key, from] of Object.entries(before)) {
    const to = after[key];
    if (!isCtyObject(from) || !isCtyObject(to)) return undefined;
    pairs.push({ step: [{ key }], before: from, after: to });
  }
  return pairs.length === Object.keys(after).length ? pairs : undefined;
}
