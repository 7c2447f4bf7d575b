import { changeFunctions } from './changes.ts';
import { dateFunctions } from './dates.ts';
import { elementwiseFunctions } from './elementwise.ts';
import { pickingFunctions } from './first-last.ts';
import type { FunctionImplementation } from './function-call.ts';
import { histogramFunctions } from './histogram-functions.ts';
import { instantRateFunctions } from './instant-rate.ts';
import { overTimeFunctions } from './over-time.ts';
import { quantileFunctions } from './quantile.ts';
import { rateFunctions } from './rate.ts';
import { scalarFunctions } from './scalars.ts';
import { sortFunctions } from './sorting.ts';
import { trendFunctions } from './trend.ts';

/** All functions that are computed from the values of their arguments alone, by name. */
export const functionImplementations: ReadonlyMap<string, FunctionImplementation> = new Map<
  string,
  FunctionImplementation
>([
  ...changeFunctions,
  ...dateFunctions,
  ...elementwiseFunctions,
  ...histogramFunctions,
  ...instantRateFunctions,
  ...overTimeFunctions,
  ...pickingFunctions,
  ...quantileFunctions,
  ...rateFunctions,
  ...scalarFunctions,
  ...sortFunctions,
  ...trendFunctions,
]);
