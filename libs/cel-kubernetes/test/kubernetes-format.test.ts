import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { check, type Example, evaluate, is } from './expectation.ts';

const names = [
  'dns1123Label',
  'dns1123Subdomain',
  'dns1035Label',
  'qualifiedName',
  'dns1123LabelPrefix',
  'dns1123SubdomainPrefix',
  'dns1035LabelPrefix',
  'labelValue',
  'uri',
  'uuid',
  'byte',
  'date',
  'datetime',
];

/** The examples of the documentation and the tests of Kubernetes (library/format_test.go): valid, then not. */
const texts: readonly (readonly [format: string, text: string, fault?: RegExp])[] = [
  ['dns1123Label', 'my-label-name'],
  ['dns1123Subdomain', 'apiextensions.k8s.io'],
  ['dns1035Label', 'my-label-name'],
  ['qualifiedName', 'apiextensions.k8s.io/v1beta1'],
  ['qualifiedName', 'my.name'],
  ['dns1123LabelPrefix', 'my-label-prefix-'],
  ['dns1123SubdomainPrefix', 'mysubdomain.prefix.-'],
  ['dns1035LabelPrefix', 'my-label-prefix-'],
  ['labelValue', 'my-cool-label-Value'],
  ['uri', 'http://example.com'],
  ['uuid', '123e4567-e89b-12d3-a456-426614174000'],
  ['byte', 'aGVsbG8='],
  ['date', '2021-01-01'],
  ['datetime', '2021-01-01T00:00:00Z'],
  [
    'dns1123Label',
    'contains a space',
    /a lowercase RFC 1123 label must consist of lower case alphanumeric characters/,
  ],
  ['dns1123Subdomain', 'contains a space', /a lowercase RFC 1123 subdomain must consist of/],
  ['dns1035Label', 'contains a space', /a DNS-1035 label must consist of/],
  ['qualifiedName', 'contains a space', /name part must consist of alphanumeric characters/],
  ['dns1123LabelPrefix', 'contains a space-', /a lowercase RFC 1123 label must consist of/],
  ['dns1123SubdomainPrefix', 'contains a space-', /a lowercase RFC 1123 subdomain must consist of/],
  ['dns1035LabelPrefix', 'contains a space-', /a DNS-1035 label must consist of/],
  ['labelValue', 'my-cool-label-Value!!', /a valid label must be an empty string or consist of/],
  ['uri', 'not a uri', /invalid URI for request/],
  ['uuid', 'x', /does not match the UUID format/],
  ['byte', 'aGVsbG8', /invalid base64/],
  ['date', '2020-01-32', /invalid date/],
  ['datetime', '2020-01-32T00:00:00Z', /invalid datetime/],
];

const examples: readonly Example[] = [
  ['format.named("unknown").hasValue()', is(false)],
  ...names.flatMap((name): Example[] => [
    [`format.named("${name}").hasValue()`, is(true)],
    [`format.named("${name}").value() == format.${name}()`, is(true)],
    ...names
      .filter((other) => other !== name)
      .map((other): Example => [`format.${name}() == format.${other}()`, is(false)]),
  ]),
];

describe('format library', () => {
  for (const example of examples) it(example[0], () => check(example));
  for (const [format, text, fault] of texts) {
    const expression = `format.${format}().validate("${text}")`;
    it(expression, () => {
      const faults = evaluate(expression);
      if (fault === undefined) assert.equal(faults, undefined);
      else assert.match(Array.isArray(faults) ? faults.join() : '', fault);
    });
  }
});
