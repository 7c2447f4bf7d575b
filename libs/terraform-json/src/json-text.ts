import { isUtf8 } from 'node:buffer';
import { Exact, pathText, type Step, type Value } from './json-value.ts';

/** Objects and arrays within each other; plans and states have about thirty. */
const depthMax = 256;

/** JSON within texts is looked into up to this length in characters. */
const innerJsonMax = 1_000_000;

/** A number of JSON, whole. Spec: RFC 8259, section 6. */
const numberForm = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** Characters of a string up to its end or the next escape. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids exactly these
const plainForm = /[^"\\\u0000-\u001f]*/y;
const spaceForm = /[ \t\r\n]*/y;

const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/**
 * Parses a text of JSON, and keeps numbers that a float does not hold as they are written. A member that is there twice is
 * refused: two readers would see different things in it.
 * Spec: RFC 8259.
 * @param refusal makes the error that is thrown, of a message with line, column and the way to the place
 */
export function parseJson(bytes: Uint8Array, refusal: (message: string) => Error): Value {
  if (!isUtf8(bytes)) throw refusal('the text is not UTF-8');
  return new Parser(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString(), refusal).document();
}

/** What is thrown for a text within a text, and caught. */
class NoJson extends Error {}

/** What a text says that is itself an object or array of JSON; undefined when it is none, or too long. */
export function jsonIn(text: string): Value | undefined {
  if (text.length > innerJsonMax || !/^\s*[[{]/.test(text)) return undefined;
  try {
    return parseJson(Buffer.from(text), (message) => new NoJson(message));
  } catch (error) {
    if (error instanceof NoJson) return undefined;
    throw error;
  }
}

class Parser {
  readonly #text: string;
  readonly #refusal: (message: string) => Error;
  readonly #path: Step[] = [];
  #at = 0;

  constructor(text: string, refusal: (message: string) => Error) {
    this.#text = text;
    this.#refusal = refusal;
  }

  document(): Value {
    this.#space();
    const value = this.#value();
    if (this.#at < this.#text.length) this.#fail('the end of the text');
    return value;
  }

  #value(): Value {
    const letter = this.#text[this.#at];
    let value: Value;
    if (letter === '"') value = this.#string();
    else if (letter === '{') value = this.#object();
    else if (letter === '[') value = this.#array();
    else if (letter === '-' || (letter !== undefined && letter >= '0' && letter <= '9'))
      value = this.#number();
    else if (this.#take('true')) value = true;
    else if (this.#take('false')) value = false;
    else if (this.#take('null')) value = null;
    else this.#fail('a value');
    this.#space();
    return value;
  }

  #object(): Value {
    const members: Record<string, Value> = {};
    this.#open();
    if (this.#take('}')) return members;
    for (;;) {
      if (this.#text[this.#at] !== '"') this.#fail('a name in quotes');
      const name = this.#string();
      this.#path.push(name);
      if (Object.hasOwn(members, name)) this.#fail('a member that is not there twice');
      this.#space();
      if (!this.#take(':')) this.#fail('":"');
      this.#space();
      const value = this.#value();
      this.#path.pop();
      if (name === '__proto__') Object.defineProperty(members, name, { value, enumerable: true });
      else members[name] = value;
      if (this.#take('}')) return members;
      if (!this.#take(',')) this.#fail('"," or "}"');
      this.#space();
    }
  }

  #array(): Value {
    const elements: Value[] = [];
    this.#open();
    if (this.#take(']')) return elements;
    for (;;) {
      this.#path.push(elements.length);
      elements.push(this.#value());
      this.#path.pop();
      if (this.#take(']')) return elements;
      if (!this.#take(',')) this.#fail('"," or "]"');
      this.#space();
    }
  }

  #open(): void {
    if (this.#path.length >= depthMax) {
      throw this.#refusal(`values are nested more than ${depthMax} deep at ${this.#place()}`);
    }
    this.#at++;
    this.#space();
  }

  #string(): string {
    this.#at++;
    let value = '';
    for (;;) {
      value += this.#match(plainForm);
      const letter = this.#text[this.#at];
      if (letter === '"') break;
      if (letter !== '\\') this.#fail('the end of a string');
      value += this.#escape();
    }
    this.#at++;
    return value;
  }

  #escape(): string {
    const letter = this.#text[this.#at + 1] ?? '';
    const known = escapes[letter];
    if (known !== undefined) {
      this.#at += 2;
      return known;
    }
    const digits = this.#text.slice(this.#at + 2, this.#at + 6);
    if (letter !== 'u' || !/^[0-9a-fA-F]{4}$/.test(digits)) this.#fail('an escape of JSON');
    this.#at += 6;
    return String.fromCharCode(Number.parseInt(digits, 16));
  }

  #number(): Value {
    const source = this.#match(numberForm);
    if (source === '') this.#fail('a number');
    const value = Number(source);
    return String(value) === source || isSame(value, source) ? value : new Exact(source);
  }

  #space(): void {
    // Terraform writes plans in one line: nearly always there is nothing to skip.
    if (this.#text.charCodeAt(this.#at) <= 0x20) this.#match(spaceForm);
  }

  #match(form: RegExp): string {
    form.lastIndex = this.#at;
    const [found = ''] = form.exec(this.#text) ?? [];
    this.#at += found.length;
    return found;
  }

  #take(word: string): boolean {
    if (!this.#text.startsWith(word, this.#at)) return false;
    this.#at += word.length;
    return true;
  }

  #place(): string {
    const before = this.#text.slice(0, this.#at);
    const place = `line ${before.split('\n').length}, column ${before.length - before.lastIndexOf('\n')}`;
    return this.#path.length === 0 ? place : `${place} (in ${pathText(this.#path)})`;
  }

  #fail(expected: string): never {
    const letter = this.#text[this.#at];
    const found = letter === undefined ? 'the end of the text: it is cut off' : JSON.stringify(letter);
    throw this.#refusal(`${this.#place()}: expected ${expected}, found ${found}`);
  }
}

/** Whether a text of few digits is the number, in another spelling: 1.0, 1e3. */
function isSame(value: number, source: string): boolean {
  const digits = source
    .replace(/[eE].*$/, '')
    .replaceAll(/[^0-9]/g, '')
    .replace(/^0+/, '')
    .replace(/0+$/, '');
  return Number.isFinite(value) && digits.length <= 15 && (value !== 0 || digits === '');
}
