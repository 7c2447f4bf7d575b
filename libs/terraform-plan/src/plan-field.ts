import {
  isList,
  isRecord,
  type JsonRecord,
  type Path,
  printJson,
  type Step,
  type Value,
} from '@plinth/terraform-json';
import { PlanError } from './plan-error.ts';

/** An object of a plan together with its place, from which members are read by what they have to be. */
export class PlanField {
  readonly record: JsonRecord;
  readonly #where: string;

  constructor(value: Value | undefined, where: string) {
    if (!isRecord(value)) throw new PlanError(`${where}: expected an object, found ${shown(value)}`);
    this.record = value;
    this.#where = where;
  }

  /** A member as it is; undefined when it is absent. */
  value(name: string): Value | undefined {
    return Object.hasOwn(this.record, name) ? this.record[name] : undefined;
  }

  text(name: string): string {
    const value = this.value(name);
    if (typeof value !== 'string') this.#fail(name, 'a text', value);
    return value;
  }

  optionalText(name: string): string | undefined {
    return this.#isAbsent(name) ? undefined : this.text(name);
  }

  flag(name: string): boolean {
    return this.optionalFlag(name) ?? false;
  }

  optionalFlag(name: string): boolean | undefined {
    if (this.#isAbsent(name)) return undefined;
    const value = this.value(name);
    if (typeof value !== 'boolean') this.#fail(name, 'true or false', value);
    return value;
  }

  optionalNumber(name: string): number | undefined {
    if (this.#isAbsent(name)) return undefined;
    const value = this.value(name);
    if (typeof value !== 'number') this.#fail(name, 'a number', value);
    return value;
  }

  /** A text or a number; undefined when it is absent. */
  optionalKey(name: string): Step | undefined {
    if (this.#isAbsent(name)) return undefined;
    const value = this.value(name);
    if (typeof value !== 'string' && typeof value !== 'number') this.#fail(name, 'a text or a number', value);
    return value;
  }

  object(name: string): PlanField {
    return new PlanField(this.value(name), this.place(name));
  }

  optionalObject(name: string): PlanField | undefined {
    return this.#isAbsent(name) ? undefined : this.object(name);
  }

  /** The elements of an array of objects; none when it is absent. */
  objects(name: string): PlanField[] {
    return this.#list(name).map((one, i) => new PlanField(one, `${this.place(name)}[${i}]`));
  }

  /** The members of an object of objects; none when it is absent. */
  members(name: string): (readonly [name: string, field: PlanField])[] {
    const field = this.optionalObject(name);
    return Object.keys(field?.record ?? {}).map((key) => [
      key,
      new PlanField(field?.value(key), `${this.place(name)}.${key}`),
    ]);
  }

  texts(name: string): string[] {
    return this.#list(name).map((one) => (typeof one === 'string' ? one : this.#fail(name, 'texts', one)));
  }

  /** A path; what leads into a set is cut off, for its elements have neither names nor indices. */
  path(name: string): Path {
    return pathOf(this.#list(name));
  }

  paths(name: string): Path[] {
    return this.#list(name).map((one) => (isList(one) ? pathOf(one) : this.#fail(name, 'paths', one)));
  }

  #list(name: string): readonly Value[] {
    if (this.#isAbsent(name)) return [];
    const value = this.value(name);
    return isList(value) ? value : this.#fail(name, 'an array', value);
  }

  #isAbsent(name: string): boolean {
    return (this.value(name) ?? null) === null;
  }

  /** Where a member stands, for people. */
  place(name: string): string {
    return this.#where === '' ? name : `${this.#where}.${name}`;
  }

  #fail(name: string, expected: string, found: Value | undefined): never {
    throw new PlanError(`${this.place(name)}: expected ${expected}, found ${shown(found)}`);
  }
}

function pathOf(steps: readonly Value[]): Path {
  const path: Step[] = [];
  for (const step of steps) {
    if (typeof step !== 'string' && typeof step !== 'number') break;
    path.push(step);
  }
  return path;
}

/** What was found, by its kind: what a plan has in a place may be a secret. */
function shown(value: Value | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null || typeof value === 'boolean') return printJson(value);
  if (isList(value)) return 'an array';
  if (isRecord(value)) return 'an object';
  return typeof value === 'string' ? 'a text' : 'a number';
}
