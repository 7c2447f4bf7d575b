import type { Clock } from '../ports/clock.ts';
import type { StoredObject } from '../store/port.ts';
import { Ledger } from './ledger.ts';
import type { Run, RunStatus } from './run-kind.ts';
import type { FollowedTenant } from './run-tenant.ts';
import type { Ticket } from './ticket.ts';

/** What the ledger of a ticket stands on besides the ticket. */
export interface TicketLedgerParts {
  readonly tenant: FollowedTenant;
  readonly clock: Clock;
  /** Whether the engine is over: then nothing is tried again. */
  readonly isOver: () => boolean;
  /** Makes the status that is written. */
  readonly render: (run: Run) => RunStatus;
}

/** The ledger of a run that the engine holds: what it writes and what others change is noted in the ticket. */
export function ledgerOf(ticket: Ticket, stored: StoredObject, run: Run, parts: TicketLedgerParts): Ledger {
  const { tenant, clock, isOver, render } = parts;
  return new Ledger(
    stored,
    run,
    {
      objects: ticket.objects,
      served: tenant.served,
      clock,
      fence: ticket.fence,
      wrote: (revision) => {
        ticket.ownRevision = revision;
      },
      changed: (changed) => {
        ticket.priority = changed.spec.priority ?? 0;
        ticket.again = true;
        ticket.invocation?.poke();
      },
      keepsTrying: () => !isOver() && ticket.state !== 'gone',
    },
    render,
  );
}
