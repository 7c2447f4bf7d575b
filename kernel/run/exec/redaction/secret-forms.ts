import { isUtf8 } from 'node:buffer';
import { secretBytesMin } from '../limits.ts';

/**
 * The ways in which programs write a secret, as bytes to look for: as it is, and as base64 (in any position within a
 * larger text, padded or not, url-safe), hex, percent-encoded, in JSON, in JSON within JSON, and quoted for a shell. Of
 * a secret of several lines also each line, and each line of its encoded forms when they are broken at the usual widths.
 *
 * Not among them: other orders of encodings (such as base64 of hex), other character sets (UTF-16), and encodings that
 * are broken at other widths, or when the secret is in the middle of a larger text.
 */
export function secretForms(secret: Uint8Array): Buffer[] {
  const forms = new Map<string, Buffer>();
  const add = (form: Buffer | string): void => {
    const bytes = typeof form === 'string' ? Buffer.from(form) : form;
    if (bytes.length >= secretBytesMin) forms.set(bytes.toString('latin1'), bytes);
  };
  const whole = Buffer.from(secret);
  // Files end with a line feed that whoever reads them drops.
  for (const bytes of [whole, trimmed(whole)]) {
    if (bytes.length < secretBytesMin) continue;
    add(bytes);
    for (const form of base64Forms(bytes)) add(form);
    for (const form of hexForms(bytes)) add(form);
    for (const form of percentForms(bytes)) add(form);
    for (const form of quotedForms(bytes)) add(form);
  }
  for (const line of lines(whole)) add(line);
  return [...forms.values()];
}

/** Column at which `base64`, PEM files and `xxd -p` begin a new line. */
const base64Columns = [64, 76];
const hexColumns = 60;

function base64Forms(bytes: Buffer): string[] {
  const forms: string[] = [];
  for (let before = 0; before < 3; before++) {
    // The characters that the secret determines alone; those at its borders also hold bits of its neighbours.
    const shifted = Buffer.concat([Buffer.alloc(before), bytes]);
    const text = shifted.toString('base64').replace(/=+$/, '');
    const from = Math.ceil((before * 8) / 6);
    const determined = text.slice(from, Math.floor((shifted.length * 8) / 6));
    // At the end of the text nothing follows, so that the last character is known too.
    const atEnd = text.slice(from);
    for (const form of [determined, atEnd, atEnd + '='.repeat((3 - (shifted.length % 3)) % 3)]) {
      forms.push(form, form.replaceAll('+', '-').replaceAll('/', '_'));
    }
    if (before === 0) for (const columns of base64Columns) forms.push(...pieces(text, columns));
  }
  return forms;
}

function hexForms(bytes: Buffer): string[] {
  const lower = bytes.toString('hex');
  return [lower, lower.toUpperCase(), ...pieces(lower, hexColumns)];
}

/** What each family of encoders leaves as it is; all else becomes `%` and two digits. */
const keptBy = [
  '-._~', // RFC 3986
  "-._~!'()*", // encodeURIComponent
  "-._~!'()*;/?:@&=+$,#", // encodeURI
  '-._~/', // paths, Python's quote
  '-._*', // forms
].map(
  (marks) => new Set(Buffer.from(`${marks}ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789`)),
);

function percentForms(bytes: Buffer): Buffer[] {
  return [...keptBy, new Set<number>()].flatMap((kept) => {
    const upper = percentEncoded(bytes, kept, '0123456789ABCDEF');
    const lower = percentEncoded(bytes, kept, '0123456789abcdef');
    if (!bytes.includes(0x20)) return [upper, lower];
    return [upper, lower, ...[upper, lower].map((form) => replaced(form, '%20', '+'))];
  });
}

function percentEncoded(bytes: Buffer, kept: ReadonlySet<number>, digits: string): Buffer {
  const encoded = Buffer.alloc(bytes.length * 3);
  let length = 0;
  for (const byte of bytes) {
    if (kept.has(byte)) encoded[length++] = byte;
    else length += encoded.write(`%${digits.charAt(byte >> 4)}${digits.charAt(byte & 15)}`, length, 'latin1');
  }
  return encoded.subarray(0, length);
}

function replaced(form: Buffer, what: string, by: string): Buffer {
  return Buffer.from(form.toString('latin1').replaceAll(what, by), 'latin1');
}

/** A secret as it stands between quotes, or after backslashes, in shells and in JSON. */
function quotedForms(bytes: Buffer): Buffer[] {
  // Latin-1 has a character for every byte: shells quote bytes, of whatever character set.
  const raw = bytes.toString('latin1');
  const shell = [
    raw.replaceAll("'", "'\\''"),
    raw.replaceAll("'", `'"'"'`),
    raw.replaceAll("'", "\\'"),
    raw.replaceAll(/[\\"$`]/g, '\\$&'),
    raw.replaceAll(/[\\"$`!]/g, '\\$&'),
    raw.replaceAll(/[^A-Za-z0-9_\-.,:/@%+=\x80-\xff]/g, '\\$&'),
    raw.replaceAll(/[^A-Za-z0-9_\-./@%+\x80-\xff]/g, '\\$&'),
    ansiQuoted(raw),
  ].map((form) => Buffer.from(form, 'latin1'));
  // JSON is text: of other bytes it has no form that could be told from others.
  if (!isUtf8(bytes)) return shell;
  const json = jsonForms(bytes.toString());
  const nested = json.map((form) => JSON.stringify(form).slice(1, -1));
  return [...shell, ...[...json, ...nested].map((form) => Buffer.from(form))];
}

const controlNames: Readonly<Record<string, string>> = {
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\f': '\\f',
  '\v': '\\v',
  '\x07': '\\a',
  '\x1b': '\\E',
};

/** The inside of `$'...'` as bash writes it. */
function ansiQuoted(raw: string): string {
  return raw.replaceAll(/[\\'\x00-\x1f\x7f-\xff]/g, (character) => {
    if (character === '\\' || character === "'") return `\\${character}`;
    return controlNames[character] ?? `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`;
  });
}

/** The inside of a string of JSON, as the usual encoders write it. */
function jsonForms(text: string): string[] {
  const plain = JSON.stringify(text).slice(1, -1);
  const escape = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  const ascii = plain.replaceAll(/[\x7f-\uffff]/g, escape);
  // Go's encoder, and others that think of HTML.
  const html = plain.replaceAll(/[<>&\u2028\u2029]/g, escape);
  const asciiHtml = ascii.replaceAll(/[<>&'+]/g, escape);
  return [...new Set([plain, ascii, html, asciiHtml])].flatMap((form) => {
    const upper = form.replaceAll(/\\u[0-9a-f]{4}/g, (code) => `\\u${code.slice(2).toUpperCase()}`);
    return [form, upper, form.replaceAll('/', '\\/')];
  });
}

function pieces(text: string, columns: number): string[] {
  const found: string[] = [];
  if (text.length <= columns) return found;
  for (let at = 0; at < text.length; at += columns) found.push(text.slice(at, at + columns));
  return found;
}

/** The lines of a secret that has several, without indentation; not the first and last of a PEM file, which all share. */
function lines(bytes: Buffer): Buffer[] {
  const split = bytes.toString('latin1').split(/[\r\n]+/);
  if (split.length < 2) return [];
  return split
    .map((line) => line.trim())
    .filter((line) => !/^-----(BEGIN|END) [A-Z0-9 ]+-----$/.test(line))
    .map((line) => Buffer.from(line, 'latin1'));
}

function trimmed(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString('latin1').replaceAll(/^[\t\r\n ]+|[\t\r\n ]+$/g, ''), 'latin1');
}
