const QUALIFIED_NAME_FORMAT = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const LABEL_VALUE_FORMAT = `(${QUALIFIED_NAME_FORMAT})?`;
const DNS_1123_LABEL_FORMAT = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const DNS_1123_SUBDOMAIN_FORMAT = `${DNS_1123_LABEL_FORMAT}(\\.${DNS_1123_LABEL_FORMAT})*`;
const DNS_1035_LABEL_FORMAT = '[a-z]([-a-z0-9]*[a-z0-9])?';
const CONFIG_KEY_FORMAT = '[-._a-zA-Z0-9]+';

const QUALIFIED_NAME = whole(QUALIFIED_NAME_FORMAT);
const LABEL_VALUE = whole(LABEL_VALUE_FORMAT);
const DNS_1123_LABEL = whole(DNS_1123_LABEL_FORMAT);
const DNS_1123_SUBDOMAIN = whole(DNS_1123_SUBDOMAIN_FORMAT);
const DNS_1035_LABEL = whole(DNS_1035_LABEL_FORMAT);
const CONFIG_KEY = whole(CONFIG_KEY_FORMAT);

/** Longest DNS label, label value and name part of a label key, in characters. */
export const LABEL_LENGTH_MAX = 63;
/** Longest DNS subdomain and configuration key, in characters. */
export const SUBDOMAIN_LENGTH_MAX = 253;

function whole(format: string): RegExp {
  return new RegExp(`^${format}$`);
}

function tooLong(lengthMax: number): string {
  return `must be no more than ${lengthMax} characters`;
}

function mismatch(message: string, format: string, ...examples: string[]): string {
  const quoted = examples.map((example) => `'${example}', `).join(' or ');
  return `${message} (e.g. ${quoted}regex used for validation is '${format}')`;
}

/**
 * Checks a DNS label, the form of namespace names.
 * @param value the name
 * @returns one message for each fault; none when the name is valid
 *
 * Spec: RFC 1123 section 2.1; Kubernetes apimachinery util/validation IsDNS1123Label
 */
export function dns1123Label(value: string): string[] {
  const messages = value.length > LABEL_LENGTH_MAX ? [tooLong(LABEL_LENGTH_MAX)] : [];
  if (DNS_1123_LABEL.test(value)) return messages;
  if (DNS_1123_SUBDOMAIN.test(value)) return [...messages, 'must not contain dots'];
  const message =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
  return [...messages, mismatch(message, DNS_1123_LABEL_FORMAT, 'my-name', '123-abc')];
}

/**
 * Checks a DNS subdomain, the form of most object names.
 * @param value the name
 * @returns one message for each fault; none when the name is valid
 *
 * Spec: RFC 1123 section 2.1; Kubernetes apimachinery util/validation IsDNS1123Subdomain
 */
export function dns1123Subdomain(value: string): string[] {
  const messages = value.length > SUBDOMAIN_LENGTH_MAX ? [tooLong(SUBDOMAIN_LENGTH_MAX)] : [];
  if (DNS_1123_SUBDOMAIN.test(value)) return messages;
  const message =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
  return [...messages, mismatch(message, DNS_1123_SUBDOMAIN_FORMAT, 'example.com')];
}

/**
 * Checks a DNS label that starts with a letter, the form of resource and service names.
 * @param value the name
 * @returns one message for each fault; none when the name is valid
 *
 * Spec: RFC 1035 section 2.3.1; Kubernetes apimachinery util/validation IsDNS1035Label
 */
export function dns1035Label(value: string): string[] {
  const messages = value.length > LABEL_LENGTH_MAX ? [tooLong(LABEL_LENGTH_MAX)] : [];
  if (DNS_1035_LABEL.test(value)) return messages;
  const message =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character";
  return [...messages, mismatch(message, DNS_1035_LABEL_FORMAT, 'my-name', 'abc-123')];
}

/**
 * Checks a qualified name `[prefix/]name`, the form of label keys, annotation keys and finalizers.
 * @param value the name
 * @returns one message for each fault; none when the name is valid
 *
 * Spec: Kubernetes apimachinery util/validation IsQualifiedName
 */
export function qualifiedName(value: string): string[] {
  const parts = value.split('/');
  const form =
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
  const [first = '', second] = parts;
  if (parts.length > 2) {
    const message = mismatch(
      `a qualified name ${form}`,
      QUALIFIED_NAME_FORMAT,
      'MyName',
      'my.name',
      '123-abc',
    );
    return [`${message} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  }
  const messages: string[] = [];
  if (second !== undefined) {
    const faults = first === '' ? ['must be non-empty'] : dns1123Subdomain(first);
    messages.push(...faults.map((fault) => `prefix part ${fault}`));
  }
  const name = second ?? first;
  if (name === '') messages.push('name part must be non-empty');
  else if (name.length > LABEL_LENGTH_MAX) messages.push(`name part ${tooLong(LABEL_LENGTH_MAX)}`);
  if (!QUALIFIED_NAME.test(name)) {
    messages.push(`name part ${mismatch(form, QUALIFIED_NAME_FORMAT, 'MyName', 'my.name', '123-abc')}`);
  }
  return messages;
}

/**
 * Checks a label's key.
 * @param key the key
 * @returns one message for each fault; none when the key is valid
 */
export function labelKey(key: string): string[] {
  return qualifiedName(key);
}

/**
 * Checks a label's value.
 * @param value the value; empty is valid
 * @returns one message for each fault; none when the value is valid
 *
 * Spec: Kubernetes apimachinery util/validation IsValidLabelValue
 */
export function labelValue(value: string): string[] {
  const messages = value.length > LABEL_LENGTH_MAX ? [tooLong(LABEL_LENGTH_MAX)] : [];
  if (LABEL_VALUE.test(value)) return messages;
  const message =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
  return [...messages, mismatch(message, LABEL_VALUE_FORMAT, 'MyValue', 'my_value', '12345')];
}

/**
 * Checks a name that stands in a URL path as it is, the form of RBAC names.
 * @param value the name
 * @returns one message for each fault; none when the name is valid
 *
 * Spec: Kubernetes apimachinery api/validation/path IsValidPathSegmentName
 */
export function pathSegmentName(value: string): string[] {
  if (value === '.' || value === '..') return [`may not be '${value}'`];
  return ['/', '%'].filter((part) => value.includes(part)).map((part) => `may not contain '${part}'`);
}

/**
 * Checks a key of ConfigMap or Secret data.
 * @param key the key
 * @returns one message for each fault; none when the key is valid
 *
 * Spec: Kubernetes apimachinery util/validation IsConfigMapKey
 */
export function configKey(key: string): string[] {
  const messages = key.length > SUBDOMAIN_LENGTH_MAX ? [tooLong(SUBDOMAIN_LENGTH_MAX)] : [];
  if (!CONFIG_KEY.test(key)) {
    const message = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'";
    messages.push(mismatch(message, CONFIG_KEY_FORMAT, 'key.name', 'KEY_NAME', 'key-name'));
  }
  if (key === '.' || key === '..') messages.push(`must not be '${key}'`);
  else if (key.startsWith('..')) messages.push("must not start with '..'");
  return messages;
}
