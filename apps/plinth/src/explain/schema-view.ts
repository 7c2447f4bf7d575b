import { isObject, type JsonObject, listAt, memberOf, textAt } from '../api/json.ts';

/** A field as it is explained. */
export interface FieldView {
  readonly name: string;
  /** As kubectl writes it: `<string>`, `<[]Object>`, `<map[string]string>`. */
  readonly type: string;
  readonly required: boolean;
  readonly description: string;
  readonly choices: readonly string[];
  readonly schema: JsonObject;
}

/** Reads the schemas of an OpenAPI v3 document. */
export class SchemaView {
  readonly #schemas: JsonObject;

  constructor(document: unknown) {
    const schemas = memberOf(document, 'components', 'schemas');
    this.#schemas = isObject(schemas) ? schemas : {};
  }

  /** The schema of a kind; undefined when the document does not have it. */
  ofKind(group: string, version: string, kind: string): JsonObject | undefined {
    for (const schema of Object.values(this.#schemas)) {
      const named = listAt(schema, 'x-kubernetes-group-version-kind').some(
        (entry) =>
          textAt(entry, 'group') === group &&
          textAt(entry, 'version') === version &&
          textAt(entry, 'kind') === kind,
      );
      if (named && isObject(schema)) return schema;
    }
    return undefined;
  }

  /** A schema with its references followed; its own description goes first. */
  resolved(schema: JsonObject): JsonObject {
    let found = schema;
    // A chain of references is short; a circle of them is not followed forever.
    for (let step = 0; step < 8; step++) {
      const reference = textAt(found, '$ref') || textAt(listAt(found, 'allOf')[0], '$ref');
      if (reference === '') return found;
      const target = this.#schemas[reference.replace('#/components/schemas/', '')];
      if (!isObject(target)) return found;
      const { $ref: _, allOf: __, ...own } = found;
      found = { ...target, ...own };
    }
    return found;
  }

  /** The object whose fields are below a field: itself, an element of its list, or a value of its map. */
  inner(schema: JsonObject): JsonObject {
    const full = this.resolved(schema);
    for (const holder of ['items', 'additionalProperties']) {
      const held = full[holder];
      if (isObject(held)) return this.inner(held);
    }
    return full;
  }

  fieldsOf(schema: JsonObject): FieldView[] {
    const object = this.inner(schema);
    const properties = memberOf(object, 'properties');
    const required = listAt(object, 'required');
    if (!isObject(properties)) return [];
    return Object.keys(properties)
      .sort()
      .flatMap((name) => {
        const property = properties[name];
        if (!isObject(property)) return [];
        const full = this.resolved(property);
        const choices = listAt(full, 'enum').map(String);
        return [
          {
            name,
            type: `<${this.typeOf(property)}>`,
            required: required.includes(name),
            description: textAt(full, 'description'),
            choices,
            schema: property,
          },
        ];
      });
  }

  typeOf(schema: JsonObject): string {
    const full = this.resolved(schema);
    const type = textAt(full, 'type');
    const values = full['additionalProperties'];
    if (type === 'array') {
      const items = full['items'];
      return `[]${isObject(items) ? this.typeOf(items) : 'Object'}`;
    }
    if (isObject(values)) return `map[string]${this.typeOf(values)}`;
    if (full['x-kubernetes-int-or-string'] === true) return 'IntOrString';
    return type === '' || type === 'object' ? 'Object' : type;
  }
}
