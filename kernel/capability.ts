import type { HttpProtocol } from './api/http-protocol.ts';
import type { MetricSource } from './api/metrics.ts';
import type { CapabilityKeys } from './capability-keys.ts';
import type { CapabilityLogs } from './capability-logs.ts';
import type { Controller } from './control/controller.ts';
import type { EventRecorder } from './control/events.ts';
import type { DriftReporter } from './drift/drift-reporter.ts';
import type { Client } from './model/client.ts';
import type { KindDefinition } from './model/define-kind.ts';
import type { PlanSection } from './plan/sections.ts';
import type { Capture } from './ports/captured-process.ts';
import type { Clock } from './ports/clock.ts';
import type { Random } from './ports/random.ts';
import type { RunDefinition } from './run/define-run.ts';
import type { RunLogSource } from './run/exec-port.ts';
import type { RunStarter } from './run/run-request.ts';
import type { Services } from './services.ts';
import type { Append } from './store/port.ts';

/** The audit log, for a capability; under its own identity. */
export interface CapabilityAudit {
  /**
   * An entry, to be committed with what is done.
   * @param path of what it is done to
   */
  entry(path: string, facts: Readonly<Record<string, string | number>>): Append;
  /**
   * Enters what is done and changes nothing. What is done must wait for it.
   * @throws StoreError when it cannot be written
   */
  enter(...entry: Parameters<CapabilityAudit['entry']>): Promise<void>;
}

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
  /** Append-only logs of the capability's own, in the store. */
  readonly logs: CapabilityLogs;
  readonly keys: CapabilityKeys;
  readonly recorder: EventRecorder;
  /** What the capability notes in the audit log about what it does that changes no object by itself. */
  readonly audit: CapabilityAudit;
  /** Where controllers report that objects are, or are not, as declared; under the capability's identity and name. */
  readonly drift: DriftReporter;
  /** Starts runs of any capability. */
  readonly runs: RunStarter;
  /** What programs of runs print; undefined where none are run. */
  readonly runLogs: RunLogSource | undefined;
  /** What capabilities offer each other in this virtual cluster. */
  readonly services: Services;
  /** Programs of the machine, of which the output is wanted whole. What a run does is run by its steps. */
  readonly programs: Capture;
  /** The virtual cluster that it is opened in: `default` for the host, else the name of the tenant. */
  readonly tenant: string;
  /** Version of the program, such as `0.1.0`. */
  readonly version: string;
  /** The metrics of the whole process, in the text format of Prometheus; at the host alone. */
  readonly processMetrics: (() => string) | undefined;
  /**
   * How much of something of the capability the tenant may have now; undefined: as much as it likes. The quota is called
   * `NAME.QUOTA` in the Tenant, NAME being that of the capability.
   */
  quota(name: string): number | undefined;
  /** Told of errors that are ours, with what was being done. */
  readonly onFault: (what: string, error: unknown) => void;
}

/** What a capability does in one virtual cluster. */
export interface CapabilityParts {
  readonly controllers?: readonly Controller[];
  /** Runs that it can carry out. */
  readonly runs?: readonly RunDefinition[];
  /** What it says about every plan; a section with nothing to say about a plan is left out of it. */
  readonly planSections?: readonly PlanSection[];
  /** The protocols of its field that it serves. */
  readonly protocols?: readonly HttpProtocol[];
  /** What it counts about itself, for `/metrics` of the host. */
  readonly metrics?: MetricSource;
  /** Lets go of files and threads, after controllers have stopped and nothing is answered any more. */
  close?(): Promise<void>;
}

/** A field of operations as the kernel sees it: the only door through which it adds to the control plane. */
export interface Capability {
  /** Lower case, as its folder. */
  readonly name: string;
  readonly kinds: readonly KindDefinition[];
  /** Kinds that the host alone has, of a capability that tenants have, too: those that are a way to the machine. */
  readonly hostKinds?: readonly KindDefinition[];
  /**
   * Whether tenants have it, each for itself. Only what gives a tenant's administrator no way to the machine: not to its
   * files, not to programs of the administrator's choice, and not to addresses that only the machine reaches. Absent: the
   * host alone has it.
   */
  readonly forTenants?: boolean;
  /** Begins its work in a virtual cluster; nothing runs before the controllers are started. */
  open(context: CapabilityContext): CapabilityParts | Promise<CapabilityParts>;
}

/** Declares a capability. */
export function defineCapability(capability: Capability): Capability {
  return capability;
}
