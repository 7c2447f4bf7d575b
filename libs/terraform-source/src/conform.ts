import { UnknownValue } from '@plinth/cel-kubernetes';
import { isRecord } from '@plinth/hcl';
import { type Folded, type Folder, isFoldedRecord } from './fold.ts';

/** Members of a block that are about the resource, and no attributes of it. */
const metaArguments: ReadonlySet<string> = new Set([
  'count',
  'for_each',
  'depends_on',
  'lifecycle',
  'provider',
  'provisioner',
  'connection',
  'timeouts',
  'dynamic',
]);

type Json = Readonly<Record<string, unknown>>;

/**
 * What a block says as a plan would have it: values converted to the types of the schema, attributes that are left out unknown where
 * the provider works them out, and absent otherwise.
 * @param written a block as the parser gives it
 * @param schema a block of `terraform providers schema -json`
 * @param place for the names of what is unknown: the attribute of the resource that it is within; empty for the resource itself
 */
export async function conformBlock(
  written: Json,
  schema: Json,
  folder: Folder,
  place = '',
): Promise<Readonly<Record<string, unknown>>> {
  const attributes = recordIn(schema, 'attributes');
  const blocks = recordIn(schema, 'block_types');
  const dynamic = isRecord(written['dynamic']) ? written['dynamic'] : {};
  const members: [string, unknown][] = [];
  for (const [name, attribute] of Object.entries(attributes)) {
    const at = place === '' ? `after.${name}` : place;
    const value = Object.hasOwn(dynamic, name)
      ? new UnknownValue([at])
      : attributeValue(await folded(written[name], folder), attribute, at);
    if (value !== undefined && value !== null) members.push([name, value]);
  }
  for (const [name, block] of Object.entries(blocks)) {
    const at = place === '' ? `after.${name}` : place;
    if (Object.hasOwn(dynamic, name)) members.push([name, new UnknownValue([at])]);
    else if (isRecord(block)) members.push([name, await blockValue(written[name], block, folder, at)]);
  }
  return Object.fromEntries(members);
}

/** Names in a block that the schema does not have. */
export function unknownNames(written: Json, schema: Json): string[] {
  const attributes = recordIn(schema, 'attributes');
  const blocks = recordIn(schema, 'block_types');
  return Object.keys(written).filter(
    (name) => !metaArguments.has(name) && !Object.hasOwn(attributes, name) && !Object.hasOwn(blocks, name),
  );
}

async function folded(value: unknown, folder: Folder): Promise<Folded | undefined> {
  return value === undefined ? undefined : await folder.value(value);
}

function attributeValue(value: Folded | undefined, attribute: unknown, place: string): unknown {
  const { type, computed } = isRecord(attribute) ? attribute : {};
  if (value === undefined || value === null) return computed === true ? new UnknownValue([place]) : undefined;
  return converted(value, type, place);
}

async function blockValue(written: unknown, block: Json, folder: Folder, place: string): Promise<unknown> {
  const { nesting_mode: mode, block: inner } = block;
  const all = Array.isArray(written) ? written.filter(isRecord) : [];
  const values: unknown[] = [];
  for (const one of all) values.push(await conformBlock(one, isRecord(inner) ? inner : {}, folder, place));
  return mode === 'list' || mode === 'set' ? values : (values[0] ?? {});
}

/** Spec: Terraform, type conversion: what is written as another type becomes the one of the schema. */
function converted(value: Folded, type: unknown, place: string): unknown {
  if (value instanceof UnknownValue) return new UnknownValue([place]);
  if (value === null) return null;
  if (typeof type === 'string') return scalar(value, type, place);
  if (!Array.isArray(type)) return named(value, place);
  const parts: readonly unknown[] = type;
  const [kind, of] = parts;
  if (kind === 'object' && isRecord(of)) return objectOf(value, of, place);
  if (kind === 'map') return mapOf(value, of, place);
  if ((kind === 'list' || kind === 'set') && Array.isArray(value)) {
    const items = value.map((one: Folded) => converted(one, of, place));
    return kind === 'set' && of === 'string' ? withoutCopies(items) : items;
  }
  return new UnknownValue([place]);
}

function scalar(value: Folded, type: string, place: string): unknown {
  if (type === 'string') {
    if (typeof value === 'string') return value;
    if (typeof value === 'boolean' || (typeof value === 'number' && Number.isSafeInteger(value)))
      return String(value);
  } else if (type === 'number') {
    if (typeof value === 'number') return value;
    if (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value)) return Number(value);
  } else if (type === 'bool') {
    if (typeof value === 'boolean') return value;
    if (value === 'true' || value === 'false') return value === 'true';
  } else return named(value, place);
  // Terraform refuses it, or converts it in a way that is not known here.
  return new UnknownValue([place]);
}

function objectOf(value: Folded, of: Json, place: string): unknown {
  if (!isFoldedRecord(value)) return new UnknownValue([place]);
  const members = Object.entries(of).map(([name, type]) => [
    name,
    converted(value[name] ?? null, type, place),
  ]);
  return Object.fromEntries(members.filter(([, member]) => member !== null));
}

function mapOf(value: Folded, of: unknown, place: string): unknown {
  if (!isFoldedRecord(value)) return new UnknownValue([place]);
  const members = Object.entries(value).map(([name, member]) => [name, converted(member, of, place)]);
  return Object.fromEntries(members.filter(([, member]) => member !== null));
}

/** A value of which no type is known, in which the unknown ones get the name of their attribute. */
function named(value: Folded, place: string): unknown {
  if (value instanceof UnknownValue) return new UnknownValue([place]);
  if (Array.isArray(value)) return value.map((one: Folded) => named(one, place));
  if (!isFoldedRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, named(member, place)]));
}

function withoutCopies(items: readonly unknown[]): unknown[] {
  return items.filter((one, i) => one instanceof UnknownValue || items.indexOf(one) === i);
}

function recordIn(record: Json, name: string): Json {
  const value = Object.hasOwn(record, name) ? record[name] : undefined;
  return isRecord(value) ? value : {};
}
