import { invalidValue, requiredValue, tooMany } from './field-error.ts';
import { isList, isObject, type JsonObject } from './json-value.ts';
import type { SchemaNode } from './schema-node.ts';
import type { ValidationRun } from './validation-run.ts';
import type { ValueCheck } from './value-checks.ts';

/** Compiles `items`, `minItems` and `maxItems`. */
export function arrayChecks(node: SchemaNode): readonly ValueCheck[] {
  const { minItems, maxItems } = node.schema;
  if (node.schema.items === undefined && minItems === undefined && maxItems === undefined) return [];
  const { items } = node;
  return [
    (value, run) => {
      if (!isList(value)) return;
      if (items !== null) for (let i = 0; i < value.length; i++) run.descend(i, value[i], items, node);
      if (minItems !== undefined && value.length < minItems) {
        const field = run.at();
        const detail = `${field} in body should have at least ${minItems} items`;
        run.errors.push(invalidValue(field, value.length, detail));
      }
      if (maxItems !== undefined && value.length > maxItems) {
        run.errors.push(tooMany(run.at(), value.length, maxItems));
      }
    },
  ];
}

/** Compiles `properties`, `additionalProperties`, `required`, `minProperties` and `maxProperties`. */
export function objectChecks(node: SchemaNode): readonly ValueCheck[] {
  const { schema } = node;
  const checks = [...sizeCheck(node), ...fieldsCheck(node), ...requiredCheck(schema.required ?? [])];
  if (checks.length === 0) return [];
  return [
    (value, run) => {
      if (!isObject(value)) return;
      for (let i = 0; i < checks.length; i++) checks[i]?.(value, run);
    },
  ];
}

type ObjectRule = (value: JsonObject, run: ValidationRun) => void;

function sizeCheck(node: SchemaNode): readonly ObjectRule[] {
  const { minProperties, maxProperties } = node.schema;
  if (minProperties === undefined && maxProperties === undefined) return [];
  return [
    (value, run) => {
      const size = Object.keys(value).length;
      if (minProperties !== undefined && size < minProperties) {
        const field = run.at();
        const detail = `${field} in body should have at least ${minProperties} properties`;
        run.errors.push(invalidValue(field, size, detail));
      }
      if (maxProperties !== undefined && size > maxProperties) {
        run.errors.push(tooMany(run.at(), size, maxProperties));
      }
    },
  ];
}

function fieldsCheck(node: SchemaNode): readonly ObjectRule[] {
  const { properties, additional } = node;
  const isClosed = node.schema.additionalProperties === false;
  if (properties.size === 0 && additional === null && !isClosed) return [];
  return [
    (value, run) => {
      for (const key in value) {
        const child = properties.get(key) ?? additional;
        if (child !== null) {
          run.descend(key, value[key], child, node);
        } else if (isClosed) {
          const field = run.at();
          run.errors.push(invalidValue(field, key, `${field}.${key} in body is a forbidden property`));
        }
      }
    },
  ];
}

function requiredCheck(names: readonly string[]): readonly ObjectRule[] {
  if (names.length === 0) return [];
  return [
    (value, run) => {
      for (let i = 0; i < names.length; i++) {
        const name = names[i];
        if (name !== undefined && !Object.hasOwn(value, name))
          run.errors.push(requiredValue(run.at(name), ''));
      }
    },
  ];
}
