import type { CelLibrary } from '../checking/declaration.ts';
import { declared, define, method } from '../checking/declared.ts';
import { sameSizeEstimate, traversal } from '../cost/runtime-cost.ts';
import { codePointLength } from '../values/text.ts';

const { string } = declared;

/** `text.reverse()`. Spec: cel-go, ext.Strings, version 3. Kubernetes stops at version 2. */
export const reverse: CelLibrary = {
  name: 'strings.reverse',
  functions: [
    define(
      'reverse',
      method('string_reverse', [string], string, (text) => Array.from(text).toReversed().join(''), {
        cost: (text) => traversal(codePointLength(text)),
        estimate: sameSizeEstimate,
      }),
    ),
  ],
};
