import { invalidValue, requiredValue } from './field-error.ts';
import { isObject, type JsonObject } from './json-value.ts';
import type { ValidationRun } from './validation-run.ts';
import type { ValueCheck } from './value-checks.ts';

const dnsLabel = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const dnsLabelRule =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic " +
  "character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for " +
  "validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

/**
 * Validates `apiVersion`, `kind` and `metadata` of a value marked `x-kubernetes-embedded-resource`.
 *
 * Spec: Kubernetes apiextensions-apiserver, schema/objectmeta.
 */
export const embeddedResourceCheck: ValueCheck = (value, run) => {
  if (!isObject(value)) return;
  checkText(value, 'apiVersion', run, (text) =>
    text.split('/').length > 2 ? `unexpected GroupVersion string: ${text}` : undefined,
  );
  checkText(value, 'kind', run, (text) =>
    text.length <= 63 && dnsLabel.test(text.toLowerCase())
      ? undefined
      : `may have mixed case, but should otherwise match: ${dnsLabelRule}`,
  );
  if (Object.hasOwn(value, 'metadata')) checkMetadata(value['metadata'], run);
};

function checkText(
  value: JsonObject,
  name: string,
  run: ValidationRun,
  problem: (text: string) => string | undefined,
): void {
  const field = run.at(name);
  if (!Object.hasOwn(value, name)) {
    run.errors.push(requiredValue(field, ''));
    return;
  }
  const text = value[name];
  if (typeof text !== 'string') run.errors.push(invalidValue(field, text, 'must be a string'));
  else if (text === '') run.errors.push(invalidValue(field, text, 'must not be empty'));
  else {
    const detail = problem(text);
    if (detail !== undefined) run.errors.push(invalidValue(field, text, detail));
  }
}

function checkMetadata(metadata: unknown, run: ValidationRun): void {
  const field = run.at('metadata');
  if (!isObject(metadata)) {
    run.errors.push(invalidValue(field, metadata, 'must be an object'));
    return;
  }
  for (const name of ['name', 'generateName', 'namespace']) {
    const text = metadata[name];
    if (text === undefined || text === null) continue;
    const path = `${field}.${name}`;
    if (typeof text !== 'string') run.errors.push(invalidValue(path, text, 'must be a string'));
    else if (text === '.' || text === '..') run.errors.push(invalidValue(path, text, `may not be '${text}'`));
    else if (/[/%]/.test(text)) {
      const character = text.includes('/') ? '/' : '%';
      run.errors.push(invalidValue(path, text, `may not contain '${character}'`));
    }
  }
  for (const name of ['labels', 'annotations']) checkStringMap(metadata[name], `${field}.${name}`, run);
}

function checkStringMap(map: unknown, field: string, run: ValidationRun): void {
  if (map === undefined || map === null) return;
  if (!isObject(map)) {
    run.errors.push(invalidValue(field, map, 'must be an object with string values'));
    return;
  }
  for (const [key, text] of Object.entries(map)) {
    if (typeof text !== 'string') run.errors.push(invalidValue(`${field}[${key}]`, text, 'must be a string'));
  }
}
