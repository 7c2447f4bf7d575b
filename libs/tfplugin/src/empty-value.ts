import { type CtyObject, type CtyValue, TypedValue, unknownValue } from './cty-value.ts';
import { type Attribute, type Block, type BlockType, typeOfBlocks } from './schema.ts';

/** A block of which nothing is known but that there are no blocks in it: only what nobody configures is still to be made up. */
export function emptyValue(block: Block): CtyObject {
  const members: [string, CtyValue][] = [];
  for (const [name, attribute] of Object.entries(block.attributes ?? {})) {
    members.push([name, isOnlyComputed(attribute) ? unknownValue : null]);
  }
  for (const [name, nested] of Object.entries(block.block_types ?? {}))
    members.push([name, noBlocks(nested)]);
  return Object.fromEntries(members);
}

function isOnlyComputed({ computed, optional }: Attribute): boolean {
  return computed === true && optional !== true;
}

function noBlocks(nested: BlockType): CtyValue {
  const isDynamic = typeOfBlocks(nested) === 'dynamic';
  switch (nested.nesting_mode) {
    case 'single':
      return null;
    case 'group':
      return emptyValue(nested.block);
    case 'set':
      return [];
    case 'list':
      return isDynamic ? new TypedValue(['tuple', []], []) : [];
    case 'map':
      return isDynamic ? new TypedValue(['object', {}], {}) : {};
  }
}
