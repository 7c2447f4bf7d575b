import { PatchRefusal } from './patch-error.ts';

/**
 * Splits a JSON pointer into unescaped reference tokens.
 * @param pointer the text, `""` or starting with `/`
 * @returns the tokens; none for the whole document
 * @throws PatchRefusal (`malformed`) when it is no JSON pointer
 *
 * Spec: RFC 6901 sections 3 and 4
 */
export function parsePointer(pointer: string): string[] {
  if (pointer === '') return [];
  if (!pointer.startsWith('/')) {
    throw new PatchRefusal(
      'malformed',
      pointer,
      `"${pointer}" is not a JSON pointer: it must start with "/"`,
    );
  }
  const tokens = pointer.slice(1).split('/');
  if (!pointer.includes('~')) return tokens;
  if (/~(?![01])/.test(pointer)) {
    throw new PatchRefusal('malformed', pointer, `"${pointer}" has a "~" that is neither "~0" nor "~1"`);
  }
  return tokens.map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/**
 * Reads an array index token.
 * @param token the reference token
 * @param length number of elements
 * @param pointer the whole pointer, for the message
 * @param mayAppend whether `-` and the index one past the end are allowed, as in `add`
 * @returns an index from 0 to `length - 1` (`length` when `mayAppend`)
 * @throws PatchRefusal when the token is no index or lies outside the array
 *
 * Spec: RFC 6901 section 4
 */
export function arrayIndex(token: string, length: number, pointer: string, mayAppend: boolean): number {
  if (token === '-') {
    if (mayAppend) return length;
    throw new PatchRefusal(
      'not_applicable',
      pointer,
      `"${pointer}" names the element after the last one, which does not exist`,
    );
  }
  if (!/^(?:0|[1-9][0-9]*)$/.test(token)) {
    throw new PatchRefusal('not_applicable', pointer, `"${pointer}": "${token}" is not an array index`);
  }
  const index = Number(token);
  if (index > length || (index === length && !mayAppend)) {
    throw new PatchRefusal(
      'not_applicable',
      pointer,
      `"${pointer}": index ${token} is outside the array of ${length} ${length === 1 ? 'element' : 'elements'}`,
    );
  }
  return index;
}
