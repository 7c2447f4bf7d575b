import type { JSONSchemaProps } from '@plinth/structural-schema';

/** A path below a schema: fields and keys of maps, or why it is none. */
export type FieldPathResult =
  | { readonly ok: true; readonly path: string }
  | { readonly ok: false; readonly problem: string };

const escapes: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\u000b',
  "'": "'",
  '\\': '\\',
};

/**
 * The path that the errors of a rule are told at, such as `.spec.ports['http']`, as it is printed in errors:
 * `spec.ports[http]`. Lists cannot be looked into.
 * Spec: Kubernetes apiextensions-apiserver, schema/cel ValidFieldPath.
 */
export function normalizedFieldPath(text: string, schema: JSONSchemaProps): FieldPathResult {
  let at: JSONSchemaProps | undefined = schema;
  let path = '';
  let rest = text.trim();
  while (rest !== '') {
    const field = /^\.([^.[\]]+)/.exec(rest);
    const quoted = /^\['((?:[^'\\]|\\.)*)'\]/.exec(rest);
    if (!field && !quoted) {
      return { ok: false, problem: `expected a field such as .name or a key such as ['name'] at ${rest}` };
    }
    const name = field ? (field[1] ?? '') : unescaped(quoted?.[1] ?? '');
    rest = rest.slice((field ?? quoted)?.[0].length ?? rest.length);
    const properties: JSONSchemaProps['properties'] = at?.properties;
    const values: JSONSchemaProps['additionalProperties'] = at?.additionalProperties;
    if (properties !== undefined) {
      at = Object.hasOwn(properties, name) ? properties[name] : undefined;
      path += path === '' ? name : `.${name}`;
    } else {
      at = typeof values === 'object' ? values : undefined;
      path += `[${name}]`;
    }
    if (at === undefined) return { ok: false, problem: 'does not refer to a valid field' };
  }
  return { ok: true, path };
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(.)/g, (_whole, letter: string) => escapes[letter] ?? letter);
}
