import type { CelLibrary } from '../src/checking/declaration.ts';
import { extensionLibraries } from '../src/index.ts';
import { comprehensions } from '../src/libraries/comprehensions.ts';
import { optionals } from '../src/libraries/optionals.ts';
import { stringFunctions } from '../src/libraries/strings.ts';
import { block } from './block-library.ts';

/** What the official suite uses. Of these, Kubernetes has optionals, comprehensions and strings. */
export const conformanceLibraries: readonly CelLibrary[] = [
  optionals,
  comprehensions,
  stringFunctions,
  ...extensionLibraries,
  block,
];
