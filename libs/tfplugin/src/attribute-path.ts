/** One step of a path: the name of an attribute or block, the index of an element, or the key of a map's element. */
export type PathStep = string | number | { readonly key: string };

/**
 * The way from a resource, data source or provider down to a value in it: `['rule', 0, 'port']`, `['tags', {key: 'owner'}]`.
 * An element of a set has no address: a path ends before it.
 */
export type AttributePath = readonly PathStep[];

/** Writes a path as a person reads it: `rule[0].port`, `tags["owner"]`. */
export function describePath(path: AttributePath): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (typeof step === 'string') text += text === '' ? step : `.${step}`;
    else text += `[${JSON.stringify(step.key)}]`;
  }
  return text;
}

/** A value does not fit its type, or cannot be read. `path` says which one. */
export class ValueError extends Error {
  override readonly name = 'ValueError';
  readonly path: AttributePath;

  constructor(message: string, path: AttributePath) {
    super(path.length === 0 ? message : `${describePath(path)}: ${message}`);
    this.path = path;
  }
}
