import { type JsonRecord, type Path, type Value } from '@plinth/terraform-json';

/** What a plan would do, and what it knows. Spec: Terraform, JSON Output Format, format version 1.x, plan representation. */
export interface Plan {
  /** Such as `1.2`. */
  readonly formatVersion: string;
  /** The program that made it, such as `1.11.4`; undefined where the text does not say. */
  readonly terraformVersion: string | undefined;
  /** When it was made, as RFC 3339 writes it. */
  readonly timestamp: string | undefined;
  /** Whether applying it would do something; undefined before Terraform 1.8. */
  readonly isApplyable: boolean | undefined;
  /** Whether nothing is left for another round; undefined before Terraform 1.8. */
  readonly isComplete: boolean | undefined;
  /** Whether planning ended with errors: what is there is a part. */
  readonly isErrored: boolean;
  /** In the order of the text; also those that change nothing. */
  readonly resourceChanges: readonly ResourceChange[];
  /** What has changed outside of Terraform since the last time. */
  readonly resourceDrift: readonly ResourceChange[];
  /** What would be done in another round. */
  readonly deferredChanges: readonly DeferredChange[];
  readonly outputChanges: ReadonlyMap<string, Change>;
  readonly checks: readonly Check[];
  /** Attributes whose drift has led to changes. */
  readonly relevantAttributes: readonly RelevantAttribute[];
  /** Values of the input variables of the root module; sensitive ones as well. */
  readonly variables: ReadonlyMap<string, Value>;
  /** The state before; undefined when there was none. */
  readonly priorState: PriorState | undefined;
  /** Whether secrets were taken out of it. */
  readonly isRedacted: boolean;
  /** The whole text, with members that nothing above tells of. */
  readonly document: JsonRecord;
}

/** What happens to one instance of a resource. Spec: JSON Output Format, `resource_changes`. */
export interface ResourceChange {
  /** Such as `module.network["eu"].azurerm_subnet.db[0]`. */
  readonly address: string;
  /** The one that it had before it was moved; undefined when it was not. */
  readonly previousAddress: string | undefined;
  /** Such as `module.network["eu"]`; undefined in the root module. */
  readonly moduleAddress: string | undefined;
  /** `managed`, or `data`. */
  readonly mode: string;
  readonly type: string;
  readonly name: string;
  /** Of `count` a number, of `for_each` a text. */
  readonly index: string | number | undefined;
  /** Whether there may be any number of them, of which only this is known. */
  readonly isIndexUnknown: boolean;
  /** The key of an object whose place another one took; undefined for the current one. */
  readonly deposed: string | undefined;
  /** Such as `registry.terraform.io/hashicorp/azurerm`. */
  readonly provider: string | undefined;
  /** Such as `replace_because_tainted`; others than those of today may come. */
  readonly actionReason: string | undefined;
  readonly change: Change;
}

/** What is done, in one word. */
export type Action = 'no-op' | 'create' | 'read' | 'update' | 'replace' | 'delete' | 'forget';

/** What a replacement does first. */
export type ReplaceOrder = 'create-then-delete' | 'delete-then-create' | 'create-then-forget';

/** A value before and after. Spec: JSON Output Format, change representation. */
export interface Change {
  readonly action: Action;
  /** The order of a replacement; undefined for anything else. */
  readonly replaceOrder: ReplaceOrder | undefined;
  readonly before: Value | undefined;
  /** Without what is unknown; elements of lists that are unknown are null. */
  readonly after: Value | undefined;
  /** True in the places of `after` that are known after apply. */
  readonly afterUnknown: Value;
  readonly beforeSensitive: Value;
  readonly afterSensitive: Value;
  /** What forces the replacement; empty when nothing does. */
  readonly replacePaths: readonly Path[];
  readonly importing: Importing | undefined;
  /** Configuration that Terraform wrote for an imported object. */
  readonly generatedConfig: string | undefined;
}

/** The object that is imported. */
export interface Importing {
  readonly id: string | undefined;
  readonly identity: Value | undefined;
  readonly isUnknown: boolean;
}

/** A change that waits for another round. */
export interface DeferredChange {
  /** Such as `provider_config_unknown`. */
  readonly reason: string;
  readonly resourceChange: ResourceChange;
}

/** The results of one object with conditions. Spec: JSON Output Format, checks representation. */
export interface Check {
  /** Such as `check.health` or `module.a.azurerm_subnet.db`. */
  readonly address: string;
  /** `resource`, `output_value`, `check` or `var`. */
  readonly kind: string;
  /** `pass`, `fail`, `error` or `unknown`. */
  readonly status: string;
  readonly instances: readonly CheckInstance[];
}

/** The result of one instance. */
export interface CheckInstance {
  readonly address: string;
  readonly status: string;
  /** Messages of the conditions that failed. */
  readonly problems: readonly string[];
}

/** An attribute on which changes depend. */
export interface RelevantAttribute {
  readonly resource: string;
  readonly attribute: Path;
}

/** What a plan says of the state before. Terraform leaves serial and lineage out; other programs write them. */
export interface PriorState {
  readonly terraformVersion: string | undefined;
  readonly serial: number | undefined;
  readonly lineage: string | undefined;
}
