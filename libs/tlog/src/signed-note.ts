import { decodeBase64, encodeBase64 } from './base64.ts';
import { formatKeyId, requireKeyName } from './key-id.ts';
import { capture, Refusal, type Result, unwrap } from './malformed.ts';
import type { Signer } from './signer-key.ts';
import type { Verifier } from './verifier-key.ts';

/** One signature line. */
export interface NoteSignature {
  readonly name: string;
  readonly keyId: number;
  /** What the algorithm of the key made, at least one byte. */
  readonly signature: Uint8Array;
}

/** A text and its signatures; whether they hold is another question. */
export interface SignedNote {
  /** With its final newline. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** A note that at least one trusted key has signed. */
export interface OpenedNote {
  /** With its final newline. */
  readonly text: string;
  /** Signatures of trusted keys; each of them holds. */
  readonly verified: readonly NoteSignature[];
  /** Signatures of other keys: they say nothing. */
  readonly unknown: readonly NoteSignature[];
}

/** Bytes of a note: room for 100 post-quantum signatures of 5 kB twice over. */
export const NOTE_BYTES_MAX = 1_048_576;
/** Signatures of a note; the specification asks for at least 16, Go's sumdb/note stops at 100 too. */
export const NOTE_SIGNATURES_MAX = 100;

const SIGNATURE_PREFIX = '— ';
const KEY_ID_BYTES = 4;
const NEITHER_TEXT_NOR_NEWLINE = /[\u0000-\u0009\u000b-\u001f]/;

/**
 * Reads a signed note without a word on whether its signatures hold.
 *
 * @param bytes at most `NOTE_BYTES_MAX` bytes
 * @returns the note, or what is wrong with it and in which line
 * Spec: C2SP signed-note, Format.
 */
export function parseNote(bytes: Uint8Array): Result<SignedNote> {
  return capture(() => {
    const whole = decodeText(bytes);
    const blank = whole.lastIndexOf('\n\n');
    if (blank === -1) {
      throw new Refusal('note: no empty line separates a text from signatures');
    }
    const text = whole.slice(0, blank + 1);
    const lines = whole.slice(blank + 2).split('\n');
    const lineBefore = lineAt(whole, blank) + 1;
    if (lines.pop() !== '') {
      throw new Refusal('note: the last line does not end in a newline', lineBefore + lines.length + 1);
    }
    if (lines.length === 0) throw new Refusal('note: no signature follows the text', lineBefore);
    if (lines.length > NOTE_SIGNATURES_MAX) {
      throw new Refusal(
        `note: ${lines.length} signatures, at most ${NOTE_SIGNATURES_MAX} are read`,
        lineBefore + NOTE_SIGNATURES_MAX + 1,
      );
    }
    return {
      text,
      signatures: lines.map((line, position) => parseSignature(line, lineBefore + 1 + position)),
    };
  });
}

/**
 * Writes a signed note.
 *
 * @param note text and signatures, at least one
 * @returns the text of the note, or why it cannot be written
 */
export function formatNote(note: SignedNote): Result<string> {
  return capture(() => {
    requireText(note.text);
    if (note.signatures.length === 0) throw new Refusal('note: it has no signature');
    if (note.signatures.length > NOTE_SIGNATURES_MAX) {
      throw new Refusal(`note: ${note.signatures.length} signatures, at most ${NOTE_SIGNATURES_MAX}`);
    }
    return `${note.text}\n${note.signatures.map(formatSignature).join('')}`;
  });
}

/**
 * Signs a note.
 *
 * @param text UTF-8 without control characters other than newline, ending in a newline
 * @param signers the keys
 * @param existing signatures that the note has already; those of one of the signers' keys are replaced
 * @returns the text of the note, or why it cannot be signed
 */
export function signNote(
  text: string,
  signers: readonly Signer[],
  existing: readonly NoteSignature[] = [],
): Result<string> {
  return capture(() => {
    requireText(text);
    const kept = existing.filter((signature) => !signers.some((signer) => isSameKey(signer, signature)));
    const made = signers.map((signer) => ({
      name: signer.name,
      keyId: signer.keyId,
      signature: signer.sign(text),
    }));
    return unwrap(formatNote({ text, signatures: [...kept, ...made] }));
  });
}

/**
 * Reads a note and checks its signatures. A signature by a key that is not trusted is kept and ignored; a wrong one by
 * a trusted key makes the whole note refused.
 *
 * @param bytes the note
 * @param verifiers the trusted keys
 * @returns the note, signed by at least one of them, or why it is refused
 * Spec: C2SP signed-note, Signatures.
 */
export function openNote(bytes: Uint8Array, verifiers: readonly Verifier[]): Result<OpenedNote> {
  return capture(() => {
    const { text, signatures } = unwrap(parseNote(bytes));
    const verified: NoteSignature[] = [];
    const unknown: NoteSignature[] = [];
    for (const signature of signatures) {
      const verifier = verifierOf(signature, verifiers);
      if (verifier === undefined) {
        unknown.push(signature);
      } else if (verifier.verify(text, signature.signature)) {
        verified.push(signature);
      } else {
        throw new Refusal(`note: the signature of ${keyText(signature)} does not match the text`);
      }
    }
    if (verified.length === 0) {
      throw new Refusal(
        `note: signed by ${unknown.map(keyText).join(', ')}, but by no trusted key ` +
          `(${verifiers.length === 0 ? 'none is given' : verifiers.map(keyText).join(', ')})`,
      );
    }
    return { text, verified, unknown };
  });
}

function decodeText(bytes: Uint8Array): string {
  if (bytes.byteLength > NOTE_BYTES_MAX) {
    throw new Refusal(`note: ${bytes.byteLength} bytes, at most ${NOTE_BYTES_MAX} are read`);
  }
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const whole = buffer.toString('utf8');
  if (!Buffer.from(whole).equals(buffer)) {
    throw new Refusal('note: not valid UTF-8', lineAt(whole, Math.max(0, whole.indexOf('\ufffd'))));
  }
  const control = NEITHER_TEXT_NOR_NEWLINE.exec(whole);
  if (control !== null) throw controlCharacter(whole, control.index);
  return whole;
}

function requireText(text: string): void {
  if (!text.endsWith('\n')) throw new Refusal('note: the text does not end in a newline');
  if (!text.isWellFormed()) throw new Refusal('note: the text is not valid Unicode');
  const control = NEITHER_TEXT_NOR_NEWLINE.exec(text);
  if (control !== null) throw controlCharacter(text, control.index);
}

function controlCharacter(text: string, at: number): Refusal {
  const code = text.charCodeAt(at).toString(16).toUpperCase().padStart(4, '0');
  return new Refusal(`note: control character U+${code}; only newline is allowed`, lineAt(text, at));
}

function parseSignature(line: string, number: number): NoteSignature {
  if (!line.startsWith(SIGNATURE_PREFIX)) {
    throw new Refusal('note: a signature line must begin with an em dash (U+2014) and a space', number);
  }
  const rest = line.slice(SIGNATURE_PREFIX.length);
  const space = rest.indexOf(' ');
  if (space === -1) {
    throw new Refusal('note: a signature line must be "— <key name> <base64>"', number);
  }
  const name = rest.slice(0, space);
  requireKeyName(name, number);
  const encoded = decodeBase64(rest.slice(space + 1));
  if (encoded === undefined) {
    throw new Refusal(`note: the signature of ${name} is not canonical Base64`, number);
  }
  if (encoded.byteLength <= KEY_ID_BYTES) {
    throw new Refusal(
      `note: the signature of ${name} has ${encoded.byteLength} bytes, expected a key id of 4 and a signature`,
      number,
    );
  }
  return { name, keyId: encoded.readUInt32BE(0), signature: encoded.subarray(KEY_ID_BYTES) };
}

function formatSignature({ name, keyId, signature }: NoteSignature): string {
  requireKeyName(name);
  const encoded = Buffer.alloc(KEY_ID_BYTES + signature.byteLength);
  encoded.writeUInt32BE(keyId);
  encoded.set(signature, KEY_ID_BYTES);
  return `${SIGNATURE_PREFIX}${name} ${encodeBase64(encoded)}\n`;
}

/** The trusted key of a signature; two different keys that share name and id cannot be told apart. */
function verifierOf(signature: NoteSignature, verifiers: readonly Verifier[]): Verifier | undefined {
  const [found, ...others] = verifiers.filter((verifier) => isSameKey(verifier, signature));
  if (others.some((other) => other.verifierKey !== found?.verifierKey)) {
    throw new Refusal(`note: several different trusted keys are called ${keyText(signature)}`);
  }
  return found;
}

function isSameKey(
  key: { readonly name: string; readonly keyId: number },
  signature: NoteSignature,
): boolean {
  return key.name === signature.name && key.keyId === signature.keyId;
}

function keyText(key: { readonly name: string; readonly keyId: number }): string {
  return `${key.name}+${formatKeyId(key.keyId)}`;
}

function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}
