import { hash as digest } from 'node:crypto';
import { type AttributePath, describePath } from './attribute-path.ts';
import type { CtyType } from './cty-type.ts';
import {
  type CtyObject,
  type CtyValue,
  elementType,
  isCtyArray,
  isCtyObject,
  TypedValue,
  Unknown,
} from './cty-value.ts';
import { mapElements } from './map-elements.ts';
import { plausibleText } from './plausible-text.ts';
import { type Attribute, type Attributes, type Block, type NestedType, typeOfAttribute } from './schema.ts';

/** A computed value that a stub has to make up. */
export interface WantedValue {
  /** Of the resource or data source. */
  readonly typeName: string;
  readonly path: AttributePath;
  readonly type: CtyType;
  /** Hexadecimal SHA-256 that belongs to this value alone. */
  readonly hash: string;
  /** What is known of the resource or data source. */
  readonly known: CtyObject;
}

/** Makes values up; undefined leaves it to the stub. */
export type ValueSource = (wanted: WantedValue) => CtyValue | undefined;

/** Replaces the unknown values of one resource or data source by made up ones. The same hash gives the same values. */
export class StubValues {
  readonly #typeName: string;
  readonly #known: CtyObject;
  readonly #hash: string;
  readonly #source: ValueSource;

  constructor(typeName: string, known: CtyObject, hash: string, source: ValueSource) {
    this.#typeName = typeName;
    this.#known = known;
    this.#hash = hash;
    this.#source = source;
  }

  /** The value of a block, wholly known. */
  fill(block: Block, value: CtyObject = this.#known, path: AttributePath = []): CtyObject {
    const members = { ...value, ...this.#fillAttributes(block.attributes ?? {}, value, path) };
    for (const [name, { block: inner, nesting_mode: nesting }] of Object.entries(block.block_types ?? {})) {
      const isOne = nesting === 'single' || nesting === 'group';
      members[name] = mapElements(value[name] ?? null, isOne, [...path, name], (element, at) =>
        this.fill(inner, element, at),
      );
    }
    return members;
  }

  #fillAttributes(attributes: Attributes, value: CtyObject, path: AttributePath): Record<string, CtyValue> {
    return Object.fromEntries(
      Object.entries(attributes).map(([name, attribute]) => [
        name,
        this.#fillAttribute(attribute, value[name] ?? null, [...path, name]),
      ]),
    );
  }

  #fillAttribute(attribute: Attribute, value: CtyValue, path: AttributePath): CtyValue {
    const { nested_type: nested } = attribute;
    if (!(value instanceof Unknown)) {
      if (nested === undefined) return this.#fillValue(value, attribute.type ?? 'dynamic', path);
      return mapElements(value, nested.nesting_mode === 'single', path, (element, at) => ({
        ...element,
        ...this.#fillAttributes(nested.attributes, element, at),
      }));
    }
    const type = typeOfAttribute(attribute);
    const given = this.#ask(type, path);
    if (given !== undefined) return given;
    // What could have been configured and was not, is rather empty: rules of a firewall, say.
    const isEmpty = attribute.optional === true;
    return nested === undefined ? this.#make(type, path, isEmpty) : this.#makeNested(nested, path, isEmpty);
  }

  #fillValue(value: CtyValue, type: CtyType, path: AttributePath): CtyValue {
    if (value instanceof Unknown) return this.#ask(type, path) ?? this.#make(type, path, false);
    if (value instanceof TypedValue)
      return new TypedValue(value.type, this.#fillValue(value.value, value.type, path));
    if (isCtyArray(value)) {
      return value.map((element, index) =>
        this.#fillValue(element, elementType(type, index), [...path, index]),
      );
    }
    if (!isCtyObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [
        name,
        this.#fillValue(member, elementType(type, name), [...path, name]),
      ]),
    );
  }

  #hashAt(path: AttributePath): string {
    return digest('sha256', `${this.#hash} ${describePath(path)}`, 'hex');
  }

  #ask(type: CtyType, path: AttributePath): CtyValue | undefined {
    return this.#source({
      typeName: this.#typeName,
      path,
      type,
      hash: this.#hashAt(path),
      known: this.#known,
    });
  }

  /** @param isEmpty - whether a collection has no elements; otherwise a list or a set has one. */
  #make(type: CtyType, path: AttributePath, isEmpty: boolean): CtyValue {
    switch (type) {
      case 'string':
        return plausibleText(lastName(path), this.#typeName, this.#hashAt(path));
      case 'number':
        return Number.parseInt(this.#hashAt(path).slice(0, 4), 16);
      case 'bool':
        return false;
      case 'dynamic':
        return new TypedValue('string', this.#make('string', path, isEmpty));
      default:
        break;
    }
    switch (type[0]) {
      case 'map':
        return {};
      case 'list':
      case 'set':
        return isEmpty ? [] : [this.#make(type[1], [...path, 0], isEmpty)];
      case 'tuple':
        return type[1].map((element, index) => this.#make(element, [...path, index], isEmpty));
      case 'object':
        return Object.fromEntries(
          Object.entries(type[1]).map(([name, member]) => [
            name,
            this.#make(member, [...path, name], isEmpty),
          ]),
        );
    }
  }

  #makeNested(
    { attributes, nesting_mode: nesting }: NestedType,
    path: AttributePath,
    isEmpty: boolean,
  ): CtyValue {
    if (nesting === 'map') return {};
    if (nesting !== 'single' && isEmpty) return [];
    const at = nesting === 'single' ? path : [...path, 0];
    const unknowns = Object.entries(attributes).map(([name, attribute]) => {
      const inner = [...at, name];
      if (attribute.nested_type !== undefined)
        return [name, this.#makeNested(attribute.nested_type, inner, isEmpty)];
      return [
        name,
        attribute.write_only === true ? null : this.#make(attribute.type ?? 'dynamic', inner, isEmpty),
      ];
    });
    const object: CtyObject = Object.fromEntries(unknowns) as CtyObject;
    return nesting === 'single' ? object : [object];
  }
}

function lastName(path: AttributePath): string {
  return path.findLast((step) => typeof step === 'string') ?? 'value';
}
