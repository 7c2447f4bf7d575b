import { dns1035Label, parseJsonPath } from '@plinth/kube-selector';
import {
  checkStructural,
  duplicateValue,
  type FieldError,
  invalidValue,
  type JSONSchemaProps,
  requiredValue,
  tooLong,
  tooMany,
} from '@plinth/structural-schema';
import { textOf } from '../builtin/field-access.ts';
import { isObject } from '../model/json.ts';
import { schemaRuleErrors } from '../rules/schema-rules.ts';
import type { CrdVersion } from './crd-object.ts';
import { deprecationWarningMax, schemaTextMax, selectableFieldsMax } from './limits.ts';

/** Every rule that one version of a CustomResourceDefinition breaks; `field` is its path. */
export function versionErrors(version: CrdVersion, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const messages = dns1035Label(version.name);
  if (messages.length > 0) errors.push(invalidValue(`${field}.name`, version.name, messages.join(',')));
  errors.push(...deprecationErrors(version, field), ...schemaErrors(version, field));
  errors.push(...scaleErrors(version, `${field}.subresources.scale`));
  version.columns.forEach((column, i) => {
    errors.push(...columnErrors(column, `${field}.additionalPrinterColumns[${i}]`));
  });
  errors.push(...selectableErrors(version, `${field}.selectableFields`));
  return errors;
}

function deprecationErrors(
  { deprecated, deprecationWarning: warning }: CrdVersion,
  at: string,
): FieldError[] {
  if (warning === undefined) return [];
  const field = `${at}.deprecationWarning`;
  if (!deprecated) return [invalidValue(field, warning, 'can only be set for deprecated versions')];
  if (warning === '') return [invalidValue(field, warning, 'must not be an empty string')];
  const errors: FieldError[] = [];
  if (warning.length > deprecationWarningMax) {
    errors.push(invalidValue(field, warning, `must be <= ${deprecationWarningMax} characters long`));
  }
  const unprintable = warning.search(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u);
  if (unprintable >= 0) {
    const detail = `must only contain printable UTF-8 characters; non-printable character found at index ${unprintable}`;
    errors.push(invalidValue(field, warning, detail));
  }
  return errors;
}

function schemaErrors({ schema, status }: CrdVersion, at: string): FieldError[] {
  const field = `${at}.schema.openAPIV3Schema`;
  if (schema === undefined) return [requiredValue(field, 'schemas are required')];
  if (JSON.stringify(schema).length > schemaTextMax) return [tooLong(field, schemaTextMax)];
  const errors = checkStructural(schema, field, { hasStatusSubresource: status });
  // What a rule is about is clear only where the schema is.
  return errors.length > 0 ? errors : schemaRuleErrors(schema, field);
}

function scaleErrors({ scale }: CrdVersion, field: string): FieldError[] {
  if (scale === undefined) return [];
  const errors: FieldError[] = [];
  const check = (name: string, roots: readonly string[], required: boolean): void => {
    const path = textOf(scale[name]);
    if (path === '') {
      if (required) errors.push(requiredValue(`${field}.${name}`, ''));
      return;
    }
    const wrong = simplePathErrors(path, `${field}.${name}`);
    errors.push(...wrong);
    if (wrong.length > 0 || roots.some((root) => path.startsWith(`${root}.`))) return;
    const below = roots.length === 1 ? roots[0] : `either ${roots.join(' or ')}`;
    errors.push(invalidValue(`${field}.${name}`, path, `should be a json path under ${below}`));
  };
  check('specReplicasPath', ['.spec'], true);
  check('statusReplicasPath', ['.status'], true);
  check('labelSelectorPath', ['.status', '.spec'], false);
  return errors;
}

const simplePath = /^(\.[A-Za-z_$][\w$-]*)+$/;

function simplePathErrors(path: string, field: string): FieldError[] {
  if (!path.startsWith('.')) return [invalidValue(field, path, 'must be a simple json path starting with .')];
  if (!simplePath.test(path)) return [invalidValue(field, path, 'must be a json path in the dot notation')];
  return [];
}

const columnTypes = ['boolean', 'date', 'integer', 'number', 'string'];
const columnFormats = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];

function columnErrors(column: Record<string, unknown>, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const type = textOf(column['type']);
  const format = textOf(column['format']);
  const path = textOf(column['jsonPath']);
  if (textOf(column['name']) === '') errors.push(requiredValue(`${field}.name`, ''));
  const types = `must be one of ${columnTypes.join(',')}`;
  if (type === '') errors.push(requiredValue(`${field}.type`, types));
  else if (!columnTypes.includes(type)) errors.push(invalidValue(`${field}.type`, type, types));
  if (format !== '' && !columnFormats.includes(format)) {
    errors.push(invalidValue(`${field}.format`, format, `must be one of ${columnFormats.join(',')}`));
  }
  if (path === '') errors.push(requiredValue(`${field}.jsonPath`, ''));
  else if (!path.startsWith('.')) {
    errors.push(invalidValue(`${field}.jsonPath`, path, 'must be a simple json path starting with .'));
  } else {
    const parsed = parseJsonPath(path);
    if (!parsed.ok)
      errors.push(invalidValue(`${field}.jsonPath`, path, `is an invalid path: ${parsed.error.message}`));
  }
  return errors;
}

function selectableErrors({ selectableFields, schema }: CrdVersion, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  selectableFields.forEach((path, i) => {
    const at = `${field}[${i}].jsonPath`;
    if (path === '') {
      errors.push(requiredValue(at, ''));
      return;
    }
    errors.push(...selectablePathErrors(path, at, schema));
    if (seen.has(path)) errors.push(duplicateValue(at, path));
    seen.add(path);
  });
  if (seen.size > selectableFieldsMax) errors.push(tooMany(field, seen.size, selectableFieldsMax));
  return errors;
}

function selectablePathErrors(path: string, at: string, schema: JSONSchemaProps | undefined): FieldError[] {
  if (!simplePath.test(path)) {
    return [invalidValue(at, path, 'is an invalid path: must be a simple json path in the dot notation')];
  }
  const names = path.slice(1).split('.');
  if (names[0] === 'metadata') return [invalidValue(at, path, 'must not point to fields in metadata')];
  let found = schema;
  for (const name of names) {
    const next = found?.properties?.[name];
    if (!isObject(next))
      return [invalidValue(at, path, `is an invalid path: does not refer to a valid field: "${name}"`)];
    found = next;
  }
  const type = found?.type;
  if (type === 'string' || type === 'boolean' || type === 'integer') return [];
  const detail =
    'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.';
  return [invalidValue(at, path, detail)];
}
