import type { AttributePath } from './attribute-path.ts';
import { type CtyObject, type CtyValue, isCtyArray, isCtyObject, TypedValue } from './cty-value.ts';
import type { Diagnostics } from './diagnostic.ts';
import type { Attributes, Block, NestingMode } from './schema.ts';

/**
 * Reports what the schema says of the attributes that are configured: those that are deprecated, and write-only ones if the client
 * would keep them in its state, as Terraform before 1.11 does. All else that a schema demands Terraform checks itself.
 * Spec: tfplugin6, "Schema.Attribute" and "ClientCapabilities.write_only_attributes_allowed".
 */
export class ConfigCheck {
  readonly #diagnostics: Diagnostics;
  readonly #allowsWriteOnly: boolean;

  constructor(diagnostics: Diagnostics, allowsWriteOnly: boolean) {
    this.#diagnostics = diagnostics;
    this.#allowsWriteOnly = allowsWriteOnly;
  }

  block(block: Block, config: CtyObject, path: AttributePath = []): void {
    this.#attributes(block.attributes ?? {}, config, path);
    for (const [name, nested] of Object.entries(block.block_types ?? {})) {
      const elements = elementsOf(config[name], nested.nesting_mode, [...path, name]);
      const [first] = elements;
      if (nested.block.deprecated === true && first !== undefined) {
        this.#diagnostics.warn('Block is deprecated', about(nested.block.description, first.path));
      }
      for (const element of elements) this.block(nested.block, element.value, element.path);
    }
  }

  #attributes(attributes: Attributes, config: CtyObject, path: AttributePath): void {
    for (const [name, attribute] of Object.entries(attributes)) {
      const value = config[name] ?? null;
      if (value === null) continue;
      const at = [...path, name];
      if (attribute.deprecated === true) {
        this.#diagnostics.warn('Argument is deprecated', about(attribute.description, at));
      }
      if (attribute.write_only === true && !this.#allowsWriteOnly) {
        this.#diagnostics.error('Write-only attributes need Terraform 1.11 or later', { path: at });
      }
      const { nested_type: nested } = attribute;
      if (nested === undefined) continue;
      for (const element of elementsOf(value, nested.nesting_mode, at)) {
        this.#attributes(nested.attributes, element.value, element.path);
      }
    }
  }
}

function about(detail: string | undefined, path: AttributePath): { detail?: string; path: AttributePath } {
  return { path, ...(detail !== undefined && { detail }) };
}

interface Element {
  readonly value: CtyObject;
  readonly path: AttributePath;
}

/** The objects in a value, with the way to each of them; in a set all have that of the set. */
function elementsOf(value: CtyValue | undefined, nesting: NestingMode, path: AttributePath): Element[] {
  if (value instanceof TypedValue) return elementsOf(value.value, nesting, path);
  const found: Element[] = [];
  if (isCtyArray(value)) {
    for (const [index, element] of value.entries()) {
      if (isCtyObject(element))
        found.push({ value: element, path: nesting === 'set' ? path : [...path, index] });
    }
  } else if (isCtyObject(value)) {
    if (nesting === 'single' || nesting === 'group') return [{ value, path }];
    for (const [key, element] of Object.entries(value)) {
      if (isCtyObject(element)) found.push({ value: element, path: [...path, { key }] });
    }
  }
  return found;
}
