import type { SourceRules } from './source.ts';
import { SourceError } from './source-error.ts';

/** What is said of a source that the rules do not take because of its size. */
export function tooLarge({ tooLargeHint }: SourceRules, what: string): SourceError {
  return new SourceError('SourceTooLarge', `the source is too large: ${what}`, tooLargeHint);
}
