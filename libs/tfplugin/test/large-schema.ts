/** Of the provider hashicorp/aws 5.100: 1,526 resource types, 608 data sources, 13.6 MB of JSON. */
const resourceTypes = 1_526;
const dataSources = 608;
const attributesPerType = 26;

/** A schema of the size of the largest provider that there is. */
export function largeSchema(): object {
  const attribute = (index: number): object => ({
    type:
      index % 5 === 0
        ? ['list', ['object', { name: 'string', value: 'number', tags: ['map', 'string'] }]]
        : 'string',
    description: `What attribute number ${index} is for, and what may be in it.`,
    description_kind: 'markdown',
    optional: true,
    ...(index % 3 === 0 && { computed: true }),
  });
  const attributes = (count: number): object =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`attribute_${index}`, attribute(index)]));
  const schema = (): object => ({
    version: 0,
    block: {
      attributes: { id: { type: 'string', computed: true }, ...attributes(attributesPerType) },
      block_types: {
        rule: { nesting_mode: 'set', block: { attributes: attributes(attributesPerType / 2) } },
        limits: {
          nesting_mode: 'list',
          max_items: 1,
          block: { attributes: attributes(attributesPerType / 2) },
        },
      },
    },
  });
  const table = (count: number): object =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`stub_type_${index}`, schema()]));
  return {
    provider: { version: 0, block: {} },
    resource_schemas: table(resourceTypes),
    data_source_schemas: table(dataSources),
  };
}
