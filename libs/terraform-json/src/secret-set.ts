import { type Exact, isList, isRecord, type Step, textOf, type Value } from './json-value.ts';

/** What stands in the place of a value that nobody may see. */
export const hidden = '(sensitive)';
/** The same, of a value that is another one than before. */
export const hiddenChanged = '(sensitive, changed)';

/** Shorter secrets would hide half of everything; they are hidden where they are marked, and not looked for elsewhere. */
const secretMin = 4;
/** A line of a secret of several lines is looked for by itself from this length on. */
const lineMin = 16;
/** Words of fewer letters that only a name calls secrets are hidden where they stand, and not looked for elsewhere. */
const wordMax = 16;
/** Texts that stand everywhere, and that no secret is told by. */
const ordinary: ReadonlySet<string> = new Set(['true', 'false', 'null', 'none']);

const secretName =
  /pass(word|phrase|wd)|(^|_)pwd|secret|token|(private|access|api|client|account|shared|signing|master)_?key|credential|connection_?string|kube_?config|sas_|_pem$/i;

/** Whether providers call secrets so, that do not mark all of them. */
export function isSecretName(step: Step): boolean {
  return typeof step === 'string' && secretName.test(step);
}

/** Whether a text stands in the place of a value that was hidden before. */
export function isHidden(value: Value | undefined): boolean {
  return typeof value === 'string' && /^\(sensitive(, changed| \d+)?\)$/.test(value);
}

/** All texts that are sensitive, to find them wherever else they stand. */
export class SecretSet {
  /** By their first characters, as many as the shortest has. */
  readonly #byStart = new Map<string, string[]>();
  readonly #known = new Set<string>();
  readonly #firstLetters = new Uint8Array(0x1_0000);

  /** Takes in all leaves of a value that is marked as sensitive, and the keys that are no plain names of attributes. */
  add(value: Value): void {
    if (isList(value)) for (const one of value) this.add(one);
    else if (isRecord(value)) {
      for (const [name, one] of Object.entries(value)) {
        if (!/^[A-Za-z_]*$/.test(name)) this.#addText(name);
        this.add(one);
      }
    } else if (value !== null && typeof value !== 'boolean') this.#addText(textOf(value));
  }

  /** Takes in a text that only its name calls a secret; a short word may be a setting: `token_type`, `secret_store`. */
  addNamed(value: Value): void {
    if (typeof value === 'string' && (value.length >= wordMax || !/^[A-Za-z]*$/.test(value)))
      this.#addText(value);
  }

  /** Whether a secret stands within a text. */
  isIn(text: string): boolean {
    for (let at = 0; at + secretMin <= text.length; at++) if (this.#lengthAt(text, at) > 0) return true;
    return false;
  }

  /** Whether a number is a secret. */
  isNumber(value: number | Exact): boolean {
    return this.#known.has(textOf(value));
  }

  /** The text with something else in the place of each secret. Secrets that overlap are one. */
  replaceIn(text: string, replacement: (secret: string) => string): string {
    let replaced = '';
    let copiedTo = 0;
    for (let at = 0; at + secretMin <= text.length; at++) {
      let end = at + this.#lengthAt(text, at);
      if (end === at) continue;
      for (let within = at + 1; within < end; within++) {
        end = Math.max(end, within + this.#lengthAt(text, within));
      }
      replaced += text.slice(copiedTo, at) + replacement(text.slice(at, end));
      copiedTo = end;
      at = end - 1;
    }
    return replaced + text.slice(copiedTo);
  }

  /** How long the longest secret is that begins at a place; 0 when none does. */
  #lengthAt(text: string, at: number): number {
    if (this.#firstLetters[text.charCodeAt(at)] === 0) return 0;
    const candidates = this.#byStart.get(text.slice(at, at + secretMin)) ?? [];
    let longest = 0;
    for (const one of candidates) if (one.length > longest && text.startsWith(one, at)) longest = one.length;
    return longest;
  }

  #addText(text: string): void {
    const lines = text.includes('\n') ? text.split('\n').map((line) => line.trim()) : [];
    const parts = [text, text.trim(), ...lines.filter((line) => line.length >= lineMin)];
    for (const part of parts) for (const form of formsOf(part)) this.#addForm(form);
  }

  #addForm(text: string): void {
    if (text.length < secretMin || ordinary.has(text.toLowerCase()) || hiddenChanged.includes(text)) return;
    if (this.#known.has(text)) return;
    this.#known.add(text);
    this.#firstLetters[text.charCodeAt(0)] = 1;
    const start = text.slice(0, secretMin);
    this.#byStart.set(start, [...(this.#byStart.get(start) ?? []), text]);
  }
}

/** A text as it stands, and as it stands within JSON, URLs and Base64. */
function formsOf(text: string): string[] {
  if (text.length < secretMin) return [];
  const quoted = JSON.stringify(text).slice(1, -1);
  // Go writes these three escaped into JSON.
  const quotedByGo = quoted.replaceAll('<', '\\u003c').replaceAll('>', '\\u003e').replaceAll('&', '\\u0026');
  const bytes = Buffer.from(text);
  const base64 = bytes.toString('base64').replaceAll('=', '');
  return [
    text,
    quoted,
    quotedByGo,
    encodeURIComponent(text.toWellFormed()),
    base64,
    bytes.toString('base64url'),
  ];
}
