import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * Loads a module at once, the first time that it is called for it: for code that nobody needs at the start.
 * @param url what `import.meta.resolve` gives
 */
export function loadModule(url: string): unknown {
  return createRequire(url)(fileURLToPath(url));
}
