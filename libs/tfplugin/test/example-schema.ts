// A schema as `terraform providers schema -json` prints it, with all that a schema can say.

const id = { type: 'string', computed: true };

const network = {
  version: 1,
  block: {
    attributes: {
      id,
      guid: { type: 'string', computed: true },
      name: {
        type: 'string',
        required: true,
        description: 'Of the **network**.',
        description_kind: 'markdown',
      },
      cidr: { type: 'string', optional: true },
      location: { type: 'string', optional: true, computed: true },
      rate: { type: 'number', optional: true },
      tags: { type: ['map', 'string'], optional: true },
      secret: { type: 'string', optional: true, sensitive: true },
      password_wo: { type: 'string', optional: true, write_only: true },
      password_wo_version: { type: 'number', optional: true },
      old_name: { type: 'string', optional: true, deprecated: true },
    },
  },
};

const inner = {
  key: { type: 'string', required: true },
  note: { type: 'string', optional: true },
  token: { type: 'string', computed: true },
};
const innerBlock = { attributes: inner };

const nested = {
  version: 0,
  block: {
    attributes: {
      id,
      one: { nested_type: { nesting_mode: 'single', attributes: inner }, optional: true },
      many: { nested_type: { nesting_mode: 'list', attributes: inner }, optional: true },
      some: { nested_type: { nesting_mode: 'set', attributes: inner }, optional: true, computed: true },
      named: { nested_type: { nesting_mode: 'map', attributes: inner }, optional: true },
      anything: { type: 'dynamic', optional: true },
      made: { type: 'dynamic', computed: true },
      endpoints: {
        type: ['list', ['object', { url: 'string', port: 'number', tls: 'bool' }]],
        computed: true,
      },
    },
    block_types: {
      rule: {
        nesting_mode: 'list',
        max_items: 5,
        block: { ...innerBlock, block_types: { deep: { nesting_mode: 'set', block: innerBlock } } },
      },
      peer: { nesting_mode: 'set', block: innerBlock },
      zone: { nesting_mode: 'map', block: innerBlock },
      limits: { nesting_mode: 'single', block: innerBlock },
      options: {
        nesting_mode: 'group',
        block: {
          attributes: {
            colour: { type: 'string', optional: true },
            shade: { type: 'string', computed: true },
          },
        },
      },
      loose: {
        nesting_mode: 'list',
        block: {
          attributes: {
            value: { type: 'dynamic', optional: true },
            token: { type: 'string', computed: true },
          },
        },
      },
    },
  },
};

const securityRule = [
  'object',
  { name: 'string', priority: 'number', description: 'string', ports: ['set', 'string'] },
];

/** As the schemas of azurerm and aws are: blocks that may also be written as attributes. */
const securityGroup = {
  version: 0,
  block: {
    attributes: {
      id: { type: 'string', optional: true, computed: true },
      name: { type: 'string', required: true },
      security_rule: { type: ['set', securityRule], optional: true, computed: true },
      route: {
        type: ['list', ['object', { name: 'string', next_hop: 'string' }]],
        optional: true,
        computed: true,
      },
      tags: { type: ['map', 'string'], optional: true },
    },
    block_types: {
      timeouts: {
        nesting_mode: 'single',
        block: { attributes: { create: { type: 'string', optional: true } } },
      },
    },
  },
};

const image = {
  version: 0,
  block: {
    attributes: {
      id,
      name: { type: 'string', required: true },
      owners: { type: ['list', 'string'], computed: true },
      size: { type: 'number', computed: true },
    },
    block_types: {
      filter: { nesting_mode: 'set', block: { attributes: { name: { type: 'string', required: true } } } },
    },
  },
};

const token = {
  version: 0,
  block: {
    attributes: {
      name: { type: 'string', required: true },
      value: { type: 'string', computed: true, sensitive: true },
    },
  },
};

export const exampleSchema = {
  format_version: '1.0',
  provider_schemas: {
    'test.invalid/example/stub': {
      provider: { version: 0, block: { attributes: { region: { type: 'string', optional: true } } } },
      resource_schemas: { stub_network: network, stub_nested: nested, stub_security_group: securityGroup },
      data_source_schemas: { stub_image: image },
      ephemeral_resource_schemas: { stub_token: token },
      functions: {
        shout: {
          summary: 'In capitals',
          return_type: 'string',
          parameters: [{ name: 'text', type: 'string' }],
          variadic_parameter: { name: 'more', type: 'string' },
        },
        whisper: { return_type: 'string', parameters: [{ name: 'text', type: 'string' }] },
      },
    },
  },
};
