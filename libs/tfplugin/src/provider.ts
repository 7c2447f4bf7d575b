import type { AttributePath } from './attribute-path.ts';
import type { CtyObject, CtyValue } from './cty-value.ts';
import type { Diagnostics } from './diagnostic.ts';
import type { FunctionSignature, Schema } from './schema.ts';

type MaybePromise<T> = T | Promise<T>;

/**
 * A Terraform provider: what it offers, by type name. What a handler throws becomes an error diagnostic; a `ProviderError` may
 * say which attribute it is about. Handlers may run at the same time.
 * Spec: Terraform plugin protocol 6.8.
 */
export interface Provider {
  /** Of the provider's own configuration. */
  readonly schema?: Schema;
  readonly resources?: Readonly<Record<string, Resource>>;
  readonly dataSources?: Readonly<Record<string, DataSource>>;
  readonly ephemeralResources?: Readonly<Record<string, EphemeralResource>>;
  readonly functions?: Readonly<Record<string, ProviderFunction>>;
  validate?(config: CtyObject, diagnostics: Diagnostics): MaybePromise<void>;
  /** Called once before anything but validation; values of the configuration may be unknown while a plan is made. */
  configure?(config: CtyObject, diagnostics: Diagnostics, terraformVersion: string): MaybePromise<void>;
  /** The user interrupted: operations that run should come to an end. */
  stop?(): MaybePromise<void>;
}

/** State of a resource, with bytes that only its provider reads and Terraform keeps beside it. */
export interface ResourceState {
  readonly state: CtyObject;
  readonly private?: Uint8Array;
}

/** What a plan is made from. */
export interface PlanRequest {
  /** Null when the resource is created. */
  readonly prior: CtyObject | null;
  /** The configuration, and the prior values of computed attributes that it leaves out. */
  readonly proposed: CtyObject;
  readonly config: CtyObject;
  readonly private: Uint8Array;
}

/** What apply will do. Spec: tfplugin6, "PlanResourceChange". */
export interface Plan extends ResourceState {
  /** Changed values that can only be had by a new resource. */
  readonly requiresReplace?: readonly AttributePath[];
}

/** What a resource is created or updated from. */
export interface ApplyRequest {
  readonly planned: CtyObject;
  readonly config: CtyObject;
  readonly private: Uint8Array;
}

/** A resource type: its schema and its life. Spec: tfplugin6, calls with "Resource" in their names. */
export interface Resource {
  readonly schema: Schema;
  validate?(config: CtyObject, diagnostics: Diagnostics): MaybePromise<void>;
  /** Absent: computed values become unknown when the resource is created and are kept afterwards. */
  plan?(request: PlanRequest, diagnostics: Diagnostics): MaybePromise<Plan>;
  /** @returns the state, in which nothing is unknown. With an error reported, the resource is tainted. */
  create(request: ApplyRequest, diagnostics: Diagnostics): MaybePromise<ResourceState>;
  /** Absent: a change is refused when it is applied; a plan that replaces the resource does not come here. */
  update?(
    request: ApplyRequest & { readonly prior: CtyObject },
    diagnostics: Diagnostics,
  ): MaybePromise<ResourceState>;
  /** Absent: there is nothing to do. */
  delete?(prior: ResourceState, diagnostics: Diagnostics): MaybePromise<void>;
  /** Absent: the state is as it was. @returns null when the resource is gone. */
  read?(current: ResourceState, diagnostics: Diagnostics): MaybePromise<ResourceState | null>;
  /** Absent: resources of the type cannot be imported. */
  import?(id: string, diagnostics: Diagnostics): MaybePromise<ResourceState>;
  /** Absent: attributes that the schema no longer has are dropped. @param raw - the JSON of the state, parsed. */
  upgrade?(raw: unknown, version: number, diagnostics: Diagnostics): MaybePromise<CtyObject>;
  /** Absent: resources of other types cannot be moved here. */
  move?(source: MoveSource, diagnostics: Diagnostics): MaybePromise<ResourceState>;
}

/** A resource of another type, or of another provider, that becomes one of this type. Spec: tfplugin6, "MoveResourceState". */
export interface MoveSource {
  readonly providerAddress: string;
  readonly typeName: string;
  readonly version: number;
  /** The JSON of its state, parsed. */
  readonly raw: unknown;
  readonly private: Uint8Array;
}

/** A data source. Spec: tfplugin6, "ReadDataSource". */
export interface DataSource {
  readonly schema: Schema;
  validate?(config: CtyObject, diagnostics: Diagnostics): MaybePromise<void>;
  /** @returns the configuration with its computed attributes filled in. */
  read(config: CtyObject, diagnostics: Diagnostics): MaybePromise<CtyObject>;
}

/** What an ephemeral resource gives while Terraform runs. */
export interface EphemeralResult {
  readonly result: CtyObject;
  readonly private?: Uint8Array;
  /** Milliseconds since the Unix epoch; absent: it need not be renewed. */
  readonly renewAtMs?: number;
}

/** A resource that lives as long as Terraform runs and is in no state. Spec: tfplugin6, "OpenEphemeralResource". */
export interface EphemeralResource {
  readonly schema: Schema;
  validate?(config: CtyObject, diagnostics: Diagnostics): MaybePromise<void>;
  open(config: CtyObject, diagnostics: Diagnostics): MaybePromise<EphemeralResult>;
  renew?(privateBytes: Uint8Array, diagnostics: Diagnostics): MaybePromise<Omit<EphemeralResult, 'result'>>;
  close?(privateBytes: Uint8Array, diagnostics: Diagnostics): MaybePromise<void>;
}

/** A function, called as `provider::<provider>::<name>`. Spec: tfplugin6, "CallFunction". */
export interface ProviderFunction {
  readonly signature: FunctionSignature;
  /** @param args - known values of the types of the parameters. What it throws is the error of the call. */
  call(args: readonly CtyValue[]): MaybePromise<CtyValue>;
}
