import type { CelLibrary } from '../checking/declaration.ts';
import { declared, define, overload } from '../checking/declared.ts';
import { add, exactly, scale, traversalFactor } from '../cost/cost-estimate.ts';
import { sizeOfArgument, traversal, traversalEstimate } from '../cost/runtime-cost.ts';
import { CelEvaluationError } from '../problem.ts';
import { decodeBase64, encodeBase64 } from '../values/base64.ts';

const { bytes, string } = declared;

/** Reads base64. @throws CelEvaluationError */
function decode(text: string): Uint8Array {
  const decoded = decodeBase64(text);
  if (decoded === undefined) throw new CelEvaluationError('the text is not base64');
  return decoded;
}

/** Base64. Spec: cel-go, ext.Encoders. Kubernetes has it not. */
export const encoders: CelLibrary = {
  name: 'encoders',
  functions: [
    define(
      'base64.encode',
      overload('base64_encode_bytes', [bytes], string, encodeBase64, {
        cost: (value) => traversal(value.length),
        // Four characters for three bytes, and up to two of padding.
        estimate: (value) => ({
          cost: scale(sizeOfArgument(value), traversalFactor),
          size: add(scale(sizeOfArgument(value), 4 / 3), exactly(2)),
        }),
      }),
    ),
    define(
      'base64.decode',
      overload('base64_decode_string', [string], bytes, decode, {
        cost: (text) => traversal(text.length),
        estimate: traversalEstimate(),
      }),
    ),
  ],
};
