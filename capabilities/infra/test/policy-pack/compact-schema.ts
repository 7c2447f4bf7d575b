// A type of resources is its name at the start of a line, and below it, indented, its attributes and blocks:
//
//   name!   required          name?   optional
//   name~   optional, and worked out by the provider where it is left out
//   name=   worked out by the provider
//
// and after the mark the type: none for a text, b for a bool, n for a number, m for a map of texts, L and S for a list and a set of
// texts. `name[...]` is a block that is a list, `name{...}` one that is a set; `1` before the bracket: at most one of them, `!`: at least
// one. `name~<set a b:n>` is an attribute that holds a set of objects, which may be written as blocks.

type JsonType = string | readonly [string, JsonType | Readonly<Record<string, JsonType>>];

interface BlockSchema {
  readonly attributes: Record<string, object>;
  readonly block_types: Record<string, object>;
}

const types: Readonly<Record<string, JsonType>> = {
  '': 'string',
  b: 'bool',
  n: 'number',
  m: ['map', 'string'],
  L: ['list', 'string'],
  S: ['set', 'string'],
};

const marks: Readonly<Record<string, object>> = {
  '!': { required: true },
  '?': { optional: true },
  '~': { optional: true, computed: true },
  '=': { computed: true },
};

const objectsForm = /^(\w+)~<(set|list) ([^>]*)>\s*/;
const blockForm = /^(\w+?)(!?)(1?)([[{])\s*/;
const attributeForm = /^(\w+)([!?~=])([bnmLS]?)\s*/;
const endForm = /^[\]}]\s*/;

/** One entry of `provider_schemas`. */
export interface ProviderSchema {
  readonly provider: object;
  readonly resource_schemas: Readonly<Record<string, unknown>>;
}

/** A provider's schema in the form of `terraform providers schema -json`, from a compact text of its types. */
export function schemaOf(text: string): ProviderSchema {
  const resources = text
    .trim()
    .split(/\n(?=\S)/)
    .map((one): [string, object] => {
      const [name = '', ...lines] = one.split('\n');
      const reader = new Reader(`${lines.join(' ').trim()} `);
      return [name.trim(), { version: 0, block: reader.block() }];
    });
  return { provider: { version: 0, block: {} }, resource_schemas: Object.fromEntries(resources) };
}

class Reader {
  #rest: string;

  constructor(text: string) {
    this.#rest = text.trimStart();
  }

  /** Up to the end of the block or of the text. */
  block(): BlockSchema {
    const block: BlockSchema = { attributes: {}, block_types: {} };
    while (this.#rest !== '' && this.#take(endForm) === undefined) this.#member(block);
    return block;
  }

  #member({ attributes, block_types }: BlockSchema): void {
    const objects = this.#take(objectsForm);
    if (objects) {
      const [name = '', kind = '', members = ''] = objects;
      const fields = members.split(' ').map((one): [string, JsonType] => {
        const [field = '', type = ''] = one.split(':');
        return [field, types[type] ?? fail(one)];
      });
      attributes[name] = { type: [kind, ['object', Object.fromEntries(fields)]], ...marks['~'] };
      return;
    }
    const opened = this.#take(blockForm);
    if (opened) {
      const [name = '', isRequired = '', isSingle = '', bracket = ''] = opened;
      block_types[name] = {
        nesting_mode: bracket === '[' ? 'list' : 'set',
        ...(isRequired === '' ? {} : { min_items: 1 }),
        ...(isSingle === '' ? {} : { max_items: 1 }),
        block: this.block(),
      };
      return;
    }
    const [name = '', mark = '', type = ''] = this.#take(attributeForm) ?? fail(this.#rest);
    attributes[name] = { type: types[type] ?? fail(type), ...marks[mark] };
  }

  #take(form: RegExp): readonly string[] | undefined {
    const found = form.exec(this.#rest);
    if (!found) return undefined;
    const [whole, ...groups] = found;
    this.#rest = this.#rest.slice(whole.length);
    return groups;
  }
}

function fail(text: string): never {
  throw new Error(`no schema: ${text.slice(0, 60)}`);
}
