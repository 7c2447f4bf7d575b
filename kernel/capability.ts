import type { Controller } from './control/controller.ts';
import type { EventRecorder } from './control/events.ts';
import type { Client } from './model/client.ts';
import type { KindDefinition } from './model/define-kind.ts';
import type { Clock } from './ports/clock.ts';
import type { Random } from './ports/random.ts';

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
}

/** A field of operations as the kernel sees it: the only door through which it adds to the control plane. */
export interface Capability {
  /** Lower case, as its folder. */
  readonly name: string;
  readonly kinds: readonly KindDefinition[];
  controllers(context: CapabilityContext): readonly Controller[];
}

/** Declares a capability. */
export function defineCapability(capability: Capability): Capability {
  return capability;
}
