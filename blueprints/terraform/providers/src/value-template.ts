import type { CtyObject, CtyType, CtyValue, WantedValue } from '@plinth/tfplugin';

/** Words that stand for the same text wherever they are: the cloud that the stubs pretend to be. */
const constants: Readonly<Record<string, string>> = {
  subscription: '00000000-0000-4000-8000-000000000001',
  tenant: '00000000-0000-4000-8000-000000000002',
  account: '123456789012',
  project: 'example-project',
};

const shorthands: Readonly<Record<string, string>> = {
  '@group': '/subscriptions/{subscription}/resourceGroups/{resource_group_name}/providers',
  '@subscription': '/subscriptions/{subscription}',
};

/**
 * Writes a computed value as its template says: `{name}` is an attribute of the resource, `{hash:8}` eight digits of its own, `{uuid}`
 * a UUID of its own, `{subscription}` the same for all. A template of a list has its elements between commas.
 */
export function fillTemplate(template: string, wanted: WantedValue): CtyValue {
  const short = Object.entries(shorthands).reduce((text, [word, long]) => text.replace(word, long), template);
  const text = short.replace(/\{([a-z_]+)(?::(\d+))?\}/g, (_, name: string, digits?: string) => {
    if (name === 'hash') return wanted.hash.slice(0, Number(digits ?? 8));
    if (name === 'uuid') return uuid(wanted.hash);
    return constants[name] ?? knownText(wanted.known, name);
  });
  return isCollection(wanted.type) ? text.split(/,\s*/) : text;
}

function knownText(known: CtyObject, name: string): string {
  const value = known[name];
  return typeof value === 'string' ? value : name;
}

function isCollection(type: CtyType): boolean {
  return Array.isArray(type) && (type[0] === 'list' || type[0] === 'set');
}

/** Spec: RFC 9562, 5.8, version 8. */
function uuid(hash: string): string {
  return [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `8${hash.slice(13, 16)}`,
    `a${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ].join('-');
}
