import type { RunDefinition } from './define-run.ts';
import type { Ledger } from './ledger.ts';
import type { RunWorld } from './operation.ts';
import type { RunFailure } from './run-error.ts';
import type { RunPhase } from './run-kind.ts';

/**
 * What an invocation came to.
 *
 *   finished  the run has ended, and its status says so
 *   parked    it waits, and what it waits for is registered with the world
 *   refused   a person, another version or another definition has to come first
 *   lost      another writer has the run, or it is gone
 *   stopped   the process stops
 *   broken    something failed that is not the run's
 */
export type Outcome =
  | { readonly type: 'finished'; readonly phase: RunPhase; readonly error: RunFailure | undefined }
  | { readonly type: 'parked' }
  /** `again`: something changed meanwhile that may mend it. */
  | { readonly type: 'refused'; readonly error: RunFailure; readonly again: boolean }
  | { readonly type: 'lost' | 'stopped' }
  /** The run goes on later; `error` is a fault of ours or of the store. */
  | { readonly type: 'broken'; readonly error: unknown };

/** What an invocation stands on. */
export interface InvocationOptions {
  readonly ledger: Ledger;
  readonly definition: RunDefinition;
  readonly world: RunWorld;
  /** How many processes have worked on the run, this one included. */
  readonly attempt: number;
  /** Called when nothing of the function runs any more and only its end is to be written. */
  readonly finishing: () => void;
  /** Called once, at the moment at which the pass is over. */
  readonly ended: (outcome: Outcome) => void;
}
