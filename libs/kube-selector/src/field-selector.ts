import { capture, SelectorRefusal, type SelectorResult } from './selector-error.ts';

/** One condition on a field, compared as text. */
export type FieldRequirement = {
  readonly field: string;
  readonly operator: '=' | '!=';
  readonly value: string;
};

/** A conjunction of conditions on fields. No condition matches everything. */
export type FieldSelector = { readonly requirements: readonly FieldRequirement[] };

/** Longest selector text, in UTF-16 code units. */
const LENGTH_MAX = 65_536;

/**
 * Parses the text of a field selector such as `metadata.name=web,status.phase!=Failed`.
 * @param text the selector; in values `\,`, `\=` and `\\` stand for the plain characters
 * @returns the selector, or the fault and its position. Which fields a kind supports is the caller's to check.
 *
 * Spec: Kubernetes apimachinery fields ParseSelector
 */
export function parseFieldSelector(text: string): SelectorResult<FieldSelector> {
  return capture(() => {
    if (text.length > LENGTH_MAX) {
      throw new SelectorRefusal(`invalid field selector: longer than ${LENGTH_MAX} characters`, LENGTH_MAX);
    }
    const requirements: FieldRequirement[] = [];
    for (const term of splitTerms(text)) {
      if (term.text !== '') requirements.push(parseTerm(term, text));
    }
    return { requirements };
  });
}

type Term = { readonly text: string; readonly position: number };

/** Splits at commas that no backslash escapes. */
function splitTerms(text: string): Term[] {
  const terms: Term[] = [];
  let start = 0;
  for (let index = 0; index < text.length; index += 1) {
    const char = text.charAt(index);
    if (char === '\\') {
      index += 1;
    } else if (char === ',') {
      terms.push({ text: text.slice(start, index), position: start });
      start = index + 1;
    }
  }
  terms.push({ text: text.slice(start), position: start });
  return terms;
}

function parseTerm(term: Term, selector: string): FieldRequirement {
  const match = /!=|==|=/.exec(term.text);
  if (match === null) {
    const message = `invalid selector: '${selector}'; can't understand '${term.text}' (at position ${term.position}): expected field=value or field!=value`;
    throw new SelectorRefusal(message, term.position);
  }
  const valueStart = match.index + match[0].length;
  const value = unescape(term.text.slice(valueStart), term.position + valueStart);
  return { field: term.text.slice(0, match.index), operator: match[0] === '!=' ? '!=' : '=', value };
}

function unescape(value: string, position: number): string {
  let result = '';
  for (let index = 0; index < value.length; index += 1) {
    const char = value.charAt(index);
    if (char === '\\') {
      const escaped = value.charAt(index + 1);
      if (escaped === '' || !'\\,='.includes(escaped)) {
        const at = position + index;
        throw new SelectorRefusal(
          `invalid field selector: invalid escape sequence: \\${escaped} (at position ${at})`,
          at,
        );
      }
      result += escaped;
      index += 1;
    } else if (char === '=') {
      const at = position + index;
      throw new SelectorRefusal(
        `invalid field selector: unescaped character in value: = (at position ${at})`,
        at,
      );
    } else {
      result += char;
    }
  }
  return result;
}

/**
 * Tells whether an object's fields satisfy a selector.
 * @param selector the selector
 * @param getField returns a field's text by its name; an absent field is undefined and equals empty text
 * @returns true when every requirement holds
 *
 * Spec: Kubernetes apimachinery fields Selector.Matches
 */
export function matchesFields(
  selector: FieldSelector,
  getField: (field: string) => string | undefined,
): boolean {
  for (const { field, operator, value } of selector.requirements) {
    if (((getField(field) ?? '') === value) !== (operator === '=')) return false;
  }
  return true;
}
