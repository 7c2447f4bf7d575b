import type { RunFailure } from './run-error.ts';

/** Why a run is not gone on with: what its journal holds is not what the code asks for. */
export function mismatch(what: string): RunFailure {
  return {
    code: 'IncompatibleDefinition',
    message:
      `the journal of the run does not fit the code: ${what}; bring the definition back that wrote it, or cancel the run. ` +
      'Between operations the function must be deterministic and wait for nothing but operations',
  };
}
