import { isSchema, type JSONSchemaProps } from './json-schema-props.ts';
import type { ValueCheck } from './value-checks.ts';

/**
 * One place of a schema, prepared for defaulting, pruning and validating values.
 *
 * Children and checks come into being when a value first reaches them: definitions of 800 kB are
 * common and a given object touches a small part of them.
 */
export class SchemaNode {
  readonly schema: JSONSchemaProps;
  readonly nullable: boolean;
  readonly preservesUnknown: boolean;
  readonly isEmbeddedResource: boolean;
  readonly hasDefault: boolean;
  /** Set by value-checks.ts at the first validation. */
  checks: readonly ValueCheck[] | undefined;

  #properties: Map<string, SchemaNode> | undefined;
  #defaulted: readonly (readonly [string, SchemaNode])[] | undefined;
  #items: SchemaNode | null | undefined;
  #additional: SchemaNode | null | undefined;

  constructor(schema: JSONSchemaProps) {
    this.schema = schema;
    this.nullable = schema.nullable === true;
    this.preservesUnknown = schema['x-kubernetes-preserve-unknown-fields'] === true;
    this.isEmbeddedResource = schema['x-kubernetes-embedded-resource'] === true;
    this.hasDefault = schema.default !== undefined && schema.default !== null;
  }

  /** Nodes of the declared properties, by name. */
  get properties(): Map<string, SchemaNode> {
    this.#properties ??= new Map(
      Object.entries(this.schema.properties ?? {}).map(([name, schema]) => [name, new SchemaNode(schema)]),
    );
    return this.#properties;
  }

  /** The declared properties that have a default. */
  get defaulted(): readonly (readonly [string, SchemaNode])[] {
    this.#defaulted ??= [...this.properties].filter(([, node]) => node.hasDefault);
    return this.#defaulted;
  }

  /** Node of the list items, or null where nothing is said about them. */
  get items(): SchemaNode | null {
    if (this.#items === undefined) {
      const items = this.schema.items;
      this.#items = isSchema(items) ? new SchemaNode(items) : null;
    }
    return this.#items;
  }

  /** Node of the values of undeclared keys, or null where nothing is said about them. */
  get additional(): SchemaNode | null {
    if (this.#additional === undefined) {
      const additional = this.schema.additionalProperties;
      this.#additional = isSchema(additional) ? new SchemaNode(additional) : null;
    }
    return this.#additional;
  }

  /** Whether undeclared keys are allowed by `additionalProperties`, be it a schema or a boolean. */
  get hasAdditional(): boolean {
    return this.schema.additionalProperties !== undefined;
  }

  /** The node that says what the value of a key is, or null. */
  child(key: string): SchemaNode | null {
    return this.properties.get(key) ?? this.additional;
  }
}
