/** What a scan of JSON text found. */
export type JsonScan = {
  /** Members that an object has twice, at the offset of the later key. */
  readonly duplicates: readonly { readonly path: string; readonly offset: number }[];
  /** The first fault, where the text is no JSON. */
  readonly fault: { readonly offset: number; readonly message: string } | undefined;
};

type Frame =
  | { readonly kind: 'object'; readonly keys: Set<string>; key: string }
  | { readonly kind: 'array'; index: number };

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LITERAL = /true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const BLANKS = /[ \t\r\n]*/y;

/**
 * Goes over JSON text once, without building values.
 * @param text the text
 * @returns duplicate members, and the first fault with what was expected
 *
 * Spec: RFC 8259
 */
export function scanJson(text: string): JsonScan {
  return new Scanner(text).scan();
}

class Scanner {
  readonly #text: string;
  readonly #stack: Frame[] = [];
  readonly #duplicates: { path: string; offset: number }[] = [];
  #at = 0;
  #fault: { offset: number; message: string } | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  scan(): JsonScan {
    this.#blanks();
    while (this.#value() && this.#afterValue()) this.#blanks();
    return { duplicates: this.#duplicates, fault: this.#fault };
  }

  #blanks(): void {
    // Compact JSON has none; the regular expression is only for the rest.
    if (this.#text.charCodeAt(this.#at) > 0x20) return;
    BLANKS.lastIndex = this.#at;
    BLANKS.exec(this.#text);
    this.#at = BLANKS.lastIndex;
  }

  #fail(expected: string): false {
    const char = this.#text.charAt(this.#at);
    const found = char === '' ? 'the end of the text' : JSON.stringify(char);
    this.#fault ??= { offset: this.#at, message: `invalid JSON: expected ${expected}, found ${found}` };
    return false;
  }

  /** Reads a scalar, or enters a container up to its first value; false ends the scan. */
  #value(): boolean {
    for (;;) {
      const char = this.#text.charAt(this.#at);
      if (char === '{') {
        this.#at += 1;
        this.#blanks();
        if (this.#text.charAt(this.#at) === '}') break;
        const frame: Frame = { kind: 'object', keys: new Set(), key: '' };
        this.#stack.push(frame);
        if (!this.#key(frame)) return false;
      } else if (char === '[') {
        this.#at += 1;
        this.#blanks();
        if (this.#text.charAt(this.#at) === ']') break;
        this.#stack.push({ kind: 'array', index: 0 });
      } else if (char === '"') {
        return this.#string() !== undefined;
      } else {
        return this.#literal();
      }
    }
    // An empty container: its closing bracket.
    this.#at += 1;
    return true;
  }

  #literal(): boolean {
    LITERAL.lastIndex = this.#at;
    if (!LITERAL.test(this.#text)) return this.#fail('a value');
    this.#at = LITERAL.lastIndex;
    return true;
  }

  /** Reads a string; returns the offset behind it. */
  #string(): number | undefined {
    const start = this.#at;
    for (let at = start + 1; at < this.#text.length; at += 1) {
      const code = this.#text.charCodeAt(at);
      if (code === QUOTE) {
        this.#at = at + 1;
        return start;
      }
      if (code === BACKSLASH) {
        at += 1;
        if (!'"\\/bfnrtu'.includes(this.#text.charAt(at)) || at >= this.#text.length) {
          this.#at = at;
          this.#fail('one of "\\/bfnrtu after a backslash');
          return undefined;
        }
        if (this.#text.charAt(at) !== 'u') continue;
        if (!/^[0-9a-fA-F]{4}$/.test(this.#text.slice(at + 1, at + 5))) {
          this.#at = at + 1;
          this.#fail('four hexadecimal digits after \\u');
          return undefined;
        }
      } else if (code < 0x20) {
        this.#at = at;
        this.#fail('an escaped control character in the string');
        return undefined;
      }
    }
    this.#at = this.#text.length;
    this.#fail(`a quote that ends the string begun at offset ${start}`);
    return undefined;
  }

  #key(frame: Frame & { kind: 'object' }): boolean {
    if (this.#text.charAt(this.#at) !== '"') return this.#fail('a quoted member name');
    const start = this.#string();
    if (start === undefined) return false;
    const raw = this.#text.slice(start + 1, this.#at - 1);
    frame.key = raw.includes('\\') ? String(JSON.parse(`"${raw}"`)) : raw;
    if (frame.keys.has(frame.key)) this.#duplicates.push({ path: this.#path(), offset: start });
    frame.keys.add(frame.key);
    this.#blanks();
    if (this.#text.charAt(this.#at) !== ':') return this.#fail('":" after the member name');
    this.#at += 1;
    this.#blanks();
    return true;
  }

  /** Goes from behind a value to the next one; false at the end of the text or on a fault. */
  #afterValue(): boolean {
    for (;;) {
      this.#blanks();
      const frame = this.#stack.at(-1);
      const char = this.#text.charAt(this.#at);
      if (frame === undefined) return char !== '' && this.#fail('the end of the text after the value');
      const close = frame.kind === 'object' ? '}' : ']';
      if (char === close) {
        this.#stack.pop();
        this.#at += 1;
      } else if (char === ',') {
        this.#at += 1;
        this.#blanks();
        if (frame.kind === 'object') return this.#key(frame);
        frame.index += 1;
        return true;
      } else {
        return this.#fail(`"," or "${close}"`);
      }
    }
  }

  #path(): string {
    let path = '';
    for (const frame of this.#stack) {
      if (frame.kind === 'array') path += `[${frame.index}]`;
      else path += path === '' ? frame.key : `.${frame.key}`;
    }
    return path;
  }
}

/**
 * Tells whether JSON text nests more deeply than allowed.
 * @param text valid JSON text
 * @param depthMax deepest nesting allowed, in levels
 * @returns the offset of the first bracket that is too deep, or undefined
 */
export function tooDeepAt(text: string, depthMax: number): number | undefined {
  // So much nesting needs that many opening and closing brackets.
  if (text.length <= 2 * depthMax) return undefined;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = text.indexOf('"', at + 1);
      while (at > 0 && isEscaped(text, at)) at = text.indexOf('"', at + 1);
      if (at < 0) return undefined;
    } else if (code === 0x7b || code === 0x5b) {
      depth += 1;
      if (depth > depthMax) return at;
    } else if (code === 0x7d || code === 0x5d) {
      depth -= 1;
    }
  }
  return undefined;
}

function isEscaped(text: string, at: number): boolean {
  let start = at;
  while (text.charCodeAt(start - 1) === BACKSLASH) start -= 1;
  return (at - start) % 2 === 1;
}
