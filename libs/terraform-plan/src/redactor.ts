import {
  canonicalJson,
  childOf,
  hidden,
  hiddenChanged,
  isHidden,
  isList,
  isRecord,
  isSecretName,
  type JsonRecord,
  jsonIn,
  mapMembers,
  printJson,
  type SecretSet,
  type Step,
  textOf,
  type Value,
} from '@plinth/terraform-json';

/** What stands in the place of secrets. */
export interface Veil {
  /**
   * @param unknown true in the places of a container that are unknown
   * @param isChanged whether the value is another one than before
   */
  value(secret: Value, unknown: Value, isChanged: boolean): string;
  /** For a secret within a text or name. */
  part(secret: string): string;
}

/** A value with the marks that Terraform keeps beside it, which have the same shape. */
export interface Marked {
  readonly value: Value | undefined;
  /** True where it is sensitive. */
  readonly sensitive: Value;
  /** True where it is unknown. */
  readonly unknown: Value;
  /** The value before, to tell what has changed. */
  readonly before?: Value | undefined;
}

/** A password in a URL. Spec: RFC 3986, section 3.2.1. */
const urlPassword = /[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:([^\s/@]+)@/gi;

/**
 * Takes secrets out of values. It goes over a plan twice: first it learns what is secret, from marks and from names; then
 * it knows all of it, and hides it wherever it stands.
 */
export class Redactor {
  readonly #secrets: SecretSet;
  readonly #veil: Veil;
  readonly #isLearning: boolean;

  constructor(secrets: SecretSet, veil: Veil, isLearning: boolean) {
    this.#secrets = secrets;
    this.#veil = veil;
    this.#isLearning = isLearning;
  }

  /** A text or name without the secrets in it. */
  text(text: string): string {
    if (!this.#isLearning) return this.#secrets.replaceIn(text, (secret) => this.#veil.part(secret));
    if (text.includes('://')) {
      for (const [, password = ''] of text.matchAll(urlPassword)) this.#secrets.add(password);
    }
    return text;
  }

  /**
   * A value without secrets, and marks that also tell of what was hidden for its name or as a copy. Marks of another
   * shape than the value hide all of it.
   * @param isNamed whether the name of the value says that it is a secret
   */
  marked(one: Marked, isNamed: boolean): Marked {
    const { value, sensitive, unknown } = one;
    if (sensitive === true || isMisfit(value, sensitive)) return this.#whole(one);
    if (isList(value) || isList(sensitive) || isList(unknown)) return this.#list(one, isNamed);
    if (isRecord(value) || isRecord(sensitive) || isRecord(unknown)) return this.#record(one, isNamed);
    if (value === undefined || value === null || typeof value === 'boolean') return one;
    if (isNamed && value !== '') {
      if (this.#isLearning && !isHidden(value)) this.#secrets.addNamed(value);
      return { value: this.#cover(one), sensitive: true, unknown };
    }
    if (typeof value === 'string') return this.#string(one, value);
    const isCopy = !this.#isLearning && this.#secrets.isNumber(value);
    return isCopy ? { value: this.#cover(one), sensitive: true, unknown } : one;
  }

  /** A value without marks: texts keep what is no secret in them. */
  free(value: Value, isNamed = false, fixed: ReadonlySet<string> = new Set()): Value {
    if (isList(value)) return value.map((one) => this.free(one, isNamed, fixed));
    if (isRecord(value)) {
      return this.members(value, (name, one) =>
        fixed.has(name) ? one : this.free(one, isNamed || isSecretMember(value, name), fixed),
      );
    }
    if (typeof value === 'string' && !isNamed) return this.text(value);
    return this.marked({ value, sensitive: false, unknown: false }, isNamed).value ?? null;
  }

  /** An object with other values; secrets in its names are hidden, and no two names become one. */
  members(record: Value, map: (name: string, value: Value) => Value | undefined): JsonRecord {
    const members = new Map<string, Value>();
    for (const [name, value] of Object.entries(mapMembers(record, map))) {
      let shown = this.text(name);
      while (members.has(shown)) shown += '+';
      members.set(shown, value);
    }
    return Object.fromEntries(members);
  }

  #string(one: Marked, text: string): Marked {
    const inner = jsonIn(text);
    if (inner !== undefined) {
      const { before } = one;
      const innerBefore = typeof before === 'string' ? jsonIn(before) : undefined;
      const redacted = this.marked(
        { value: inner, sensitive: false, unknown: false, before: innerBefore },
        false,
      );
      if (hasTrue(redacted.sensitive)) return { ...one, value: this.text(printJson(redacted.value ?? null)) };
    }
    if (this.#isLearning) this.text(text);
    else if (this.#secrets.isIn(text)) return { ...one, value: this.#cover(one), sensitive: true };
    return one;
  }

  /** Of a container that is hidden as a whole nothing is left, not even which of its keys are unknown. */
  #whole(one: Marked): Marked {
    const { value, unknown } = one;
    if (value === undefined || value === null) return { value, sensitive: true, unknown: unknown === true };
    return { value: this.#hide(one), sensitive: true, unknown: false };
  }

  #list({ value, sensitive, unknown, before }: Marked, isNamed: boolean): Marked {
    const length = Math.max(lengthOf(value), lengthOf(sensitive), lengthOf(unknown));
    const children = Array.from({ length }, (_, i) =>
      this.marked(
        {
          value: childOf(value, i),
          sensitive: childOf(sensitive, i) ?? false,
          unknown: childOf(unknown, i) ?? false,
          before: childOf(before, i),
        },
        isNamed,
      ),
    );
    const isMarked = isList(sensitive) || children.some((child) => hasTrue(child.sensitive));
    return {
      value: isList(value) ? children.map((child) => child.value ?? null) : value,
      sensitive: isMarked ? children.map((child) => child.sensitive) : sensitive,
      unknown: isList(unknown) ? children.map((child) => child.unknown) : unknown,
    };
  }

  #record({ value, sensitive, unknown, before }: Marked, isNamed: boolean): Marked {
    const names = new Set([...namesOf(value), ...namesOf(sensitive), ...namesOf(unknown)]);
    const shown = this.members(Object.fromEntries([...names].map((name) => [name, name])), (name) => name);
    const values: [string, Value][] = [];
    const marks: [string, Value][] = [];
    const unknowns: [string, Value][] = [];
    for (const [name, original] of Object.entries(shown)) {
      const step = textOf(original);
      const child = this.marked(
        {
          value: childOf(value, step),
          sensitive: childOf(sensitive, step) ?? false,
          unknown: childOf(unknown, step) ?? false,
          before: childOf(before, step),
        },
        isNamed || isSecretMember(value, step),
      );
      if (child.value !== undefined) values.push([name, child.value]);
      if (child.sensitive !== false) marks.push([name, child.sensitive]);
      if (child.unknown !== false) unknowns.push([name, child.unknown]);
    }
    const isMarked = isRecord(sensitive) || marks.some(([, mark]) => hasTrue(mark));
    return {
      value: isRecord(value) ? Object.fromEntries(values) : value,
      sensitive: isMarked ? Object.fromEntries(marks) : sensitive,
      unknown: isRecord(unknown) ? Object.fromEntries(unknowns) : unknown,
    };
  }

  /** Hides a secret, and learns it. */
  #hide(one: Marked): Value {
    const { value = null } = one;
    if (this.#isLearning && !isHidden(value)) this.#secrets.add(value);
    return this.#cover(one);
  }

  /** Hides a value. One that is hidden already stays as it is. */
  #cover({ value = null, unknown, before }: Marked): Value {
    if (isHidden(value)) return value;
    const isChanged =
      before !== undefined && before !== null && canonicalJson(before) !== canonicalJson(value);
    return this.#veil.value(value, unknown, isChanged);
  }
}

/** A veil that shows nothing but which names have the same secret in them. */
export function opaqueVeil(): Veil {
  const numbers = new Map<string, number>();
  return {
    value: (_secret, _unknown, isChanged) => (isChanged ? hiddenChanged : hidden),
    part(secret) {
      const number = numbers.get(secret) ?? numbers.size + 1;
      numbers.set(secret, number);
      return number === 1 ? hidden : `(sensitive ${number})`;
    },
  };
}

/** Whether a mark is set anywhere in marks. */
export function hasTrue(marks: Value | undefined): boolean {
  if (isList(marks)) return marks.some(hasTrue);
  return isRecord(marks) ? Object.values(marks).some(hasTrue) : marks === true;
}

/** Whether marks are of another shape than the value that they are about. */
function isMisfit(value: Value | undefined, marks: Value): boolean {
  if (value === undefined || value === null || !hasTrue(marks)) return false;
  if (isList(marks)) return !isList(value) || value.length !== marks.length;
  return !isRecord(value);
}

/** Whether a member is called like a secret, or is the value of a pair whose name is. */
function isSecretMember(record: Value | undefined, name: Step): boolean {
  if (isSecretName(name)) return true;
  if (name !== 'value') return false;
  const label = childOf(record, 'name') ?? childOf(record, 'key');
  return typeof label === 'string' && isSecretName(label);
}

function lengthOf(value: Value | undefined): number {
  return isList(value) ? value.length : 0;
}

function namesOf(value: Value | undefined): string[] {
  return isRecord(value) ? Object.keys(value) : [];
}
