import type { CelLibrary } from '../checking/declaration.ts';
import { bindings } from './bindings.ts';
import { encoders } from './encoders.ts';
import { math } from './math.ts';
import { reverse } from './reverse.ts';

/** Libraries of cel-go that Kubernetes lacks: `math.greatest`, `base64.encode`, `cel.bind`, `text.reverse`. */
export const extensionLibraries: readonly CelLibrary[] = [math, encoders, bindings, reverse];
