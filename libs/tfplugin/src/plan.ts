import { changedPaths } from './changed-paths.ts';
import { type CtyObject, type CtyValue, equalValues, unknownValue } from './cty-value.ts';
import { mapElements } from './map-elements.ts';
import type { Plan, PlanRequest } from './provider.ts';
import { type Attribute, type Attributes, type Block, type NestedType, typeOfBlock } from './schema.ts';

/**
 * Makes the plan that most resources have: what the configuration says is taken over, computed values are kept, and become unknown
 * where there is none yet and something changes. Write-only values are in no plan.
 * @param replaceOn - attributes whose change takes a new resource: `name`, or `rule.port` for an attribute in blocks.
 */
export function planComputed(block: Block, request: PlanRequest, replaceOn: readonly string[] = []): Plan {
  const { prior, proposed } = request;
  const settled = walkBlock(block, proposed, false);
  const isChanged = prior === null || !equalValues(prior, settled, typeOfBlock(block));
  const state = isChanged ? markComputed(block, proposed) : settled;
  const requiresReplace =
    prior === null ? [] : replaceOn.flatMap((name) => changedPaths(block, prior, state, name.split('.')));
  return { state, private: request.private, requiresReplace };
}

/** The value of a block, with the computed attributes that it leaves out unknown, and without write-only values. */
export function markComputed(block: Block, value: CtyObject): CtyObject {
  return walkBlock(block, value, true);
}

/** @param marks - whether a computed value that is not there becomes unknown. */
function walkBlock(block: Block, value: CtyObject, marks: boolean): CtyObject {
  const members = { ...value, ...walkAttributes(block.attributes ?? {}, value, marks) };
  for (const [name, { block: inner, nesting_mode: nesting }] of Object.entries(block.block_types ?? {})) {
    const isOne = nesting === 'single' || nesting === 'group';
    members[name] = mapElements(value[name] ?? null, isOne, [], (element) =>
      walkBlock(inner, element, marks),
    );
  }
  return members;
}

function walkAttributes(attributes: Attributes, value: CtyObject, marks: boolean): Record<string, CtyValue> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, attribute]) => [
      name,
      walkAttribute(attribute, value[name] ?? null, marks),
    ]),
  );
}

function walkAttribute(attribute: Attribute, value: CtyValue, marks: boolean): CtyValue {
  if (attribute.write_only === true) return null;
  if (value === null) return marks && attribute.computed === true ? unknownValue : null;
  return attribute.nested_type === undefined ? value : walkNested(attribute.nested_type, value, marks);
}

function walkNested(nested: NestedType, value: CtyValue, marks: boolean): CtyValue {
  const walk = (element: CtyObject): CtyObject => ({
    ...element,
    ...walkAttributes(nested.attributes, element, marks),
  });
  return mapElements(value, nested.nesting_mode === 'single', [], walk);
}
