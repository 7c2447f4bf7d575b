import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type * as PolicyEngine from './engine.ts';

let loaded: typeof PolicyEngine | undefined;

/**
 * What compiles policies and works them out. It is loaded when the first policy is there: with the language of the
 * expressions it is a fifth of the program, and an installation without policies starts that much sooner.
 */
export function policyEngine(): typeof PolicyEngine {
  loaded ??= createRequire(import.meta.url)(
    fileURLToPath(import.meta.resolve('./engine.ts')),
  ) as typeof PolicyEngine;
  return loaded;
}
