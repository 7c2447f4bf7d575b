import type { Labels } from '@plinth/prometheus-model';

/** inactive: it fired and is over, and is kept for a while so that this can be told. */
export type AlertState = 'inactive' | 'pending' | 'firing';

/** An alert of a rule for one set of labels. Instants are milliseconds since the epoch. */
export interface ActiveAlert {
  readonly labels: Labels;
  annotations: Readonly<Record<string, string>>;
  state: AlertState;
  value: number;
  activeAtMs: number;
  firedAtMs?: number | undefined;
  resolvedAtMs?: number | undefined;
  /** Since when it only fires because of `keep_firing_for`. */
  keepFiringSinceMs?: number | undefined;
}
