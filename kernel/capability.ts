import type { Controller } from './control/controller.ts';
import type { EventRecorder } from './control/events.ts';
import type { DriftReporter } from './drift/drift-reporter.ts';
import type { Client } from './model/client.ts';
import type { KindDefinition } from './model/define-kind.ts';
import type { PlanSection } from './plan/sections.ts';
import type { Clock } from './ports/clock.ts';
import type { Random } from './ports/random.ts';
import type { RunDefinition } from './run/define-run.ts';
import type { RunStarter } from './run/run-request.ts';

/** What a capability gets from the kernel. */
export interface CapabilityContext {
  /** The API under the capability's own identity, with its name as field manager (`plinth-<name>`). */
  readonly client: Client;
  /** The same identity under another field manager; at most 128 characters. */
  clientAs(fieldManager: string): Client;
  readonly clock: Clock;
  readonly random: Random;
  /** A directory of the capability's own below the data directory; created when it is first used. */
  readonly dataDirectory: string;
  readonly recorder: EventRecorder;
  /** Where controllers report that objects are, or are not, as declared; under the capability's identity and name. */
  readonly drift: DriftReporter;
  /** Starts runs of any capability. */
  readonly runs: RunStarter;
}

/** A field of operations as the kernel sees it: the only door through which it adds to the control plane. */
export interface Capability {
  /** Lower case, as its folder. */
  readonly name: string;
  readonly kinds: readonly KindDefinition[];
  /**
   * Whether tenants have it, each for itself. Only what gives a tenant's administrator no way to the machine: not to its
   * files, not to programs of the administrator's choice, and not to addresses that only the machine reaches. Absent: the
   * host alone has it.
   */
  readonly forTenants?: boolean;
  controllers(context: CapabilityContext): readonly Controller[];
  /** Runs that the capability can carry out. */
  runs?(context: CapabilityContext): readonly RunDefinition[];
  /** What the capability says about every plan; a section with nothing to say about a plan is left out of it. */
  planSections?(context: CapabilityContext): readonly PlanSection[];
}

/** Declares a capability. */
export function defineCapability(capability: Capability): Capability {
  return capability;
}
