import {
  type LabelSelector,
  type Labels,
  labelSelectorFromObject,
  matchesLabels,
} from '@plinth/kube-selector';
import { isObject } from '../model/json.ts';
import type { MatchResources, ResourceRule } from './match-schema.ts';

/** What of a request the rules of policies look at, but for names. */
export interface RequestShape {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  /** Empty for the object itself. */
  readonly subresource: string;
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE';
  /** Whether objects of the resource lie in namespaces. */
  readonly namespaced: boolean;
  /** All served versions of the resource. */
  readonly versions: readonly string[];
}

/** The labels that selectors judge. */
export interface SelectedLabels {
  /** Of the namespace of the object; undefined for cluster-scoped objects that are no Namespace. */
  readonly namespace: () => Labels | undefined;
  /** Of the object as it is to be and as it was; absent ones are left out. */
  readonly objects: readonly Labels[];
}

/** A rule that fits a shape: only the name of the object is left to be looked at. */
interface FittingRule {
  /** The version that the object is shown in. */
  readonly version: string;
  /** Names that are meant; undefined means all. */
  readonly names: ReadonlySet<string> | undefined;
}

/** The rules of a `MatchResources` that requests of one shape can fit. */
export class ShapeMatch {
  /** The version that all objects are shown in; undefined when it goes by their names. */
  readonly #version: string | undefined;
  readonly #included: readonly FittingRule[];
  readonly #excluded: readonly FittingRule[];

  constructor(included: readonly FittingRule[], excluded: readonly FittingRule[]) {
    const [first] = included;
    // Almost no rule looks at names.
    this.#version = first?.names === undefined && excluded.length === 0 ? first?.version : undefined;
    this.#included = included;
    this.#excluded = excluded;
  }

  /** The version that an object of this name is shown in; undefined when it is not meant. */
  versionFor(name: string): string | undefined {
    if (this.#version !== undefined) return this.#version;
    if (this.#excluded.some((rule) => fitsName(rule, name))) return undefined;
    return this.#included.find((rule) => fitsName(rule, name))?.version;
  }
}

/**
 * A `MatchResources`, prepared so that what does not depend on the single object is decided once for each shape of
 * request.
 * Spec: Kubernetes apiserver, admission/plugin/policy/matching and webhook/predicates.
 */
export class ResourceMatch {
  readonly #match: MatchResources;
  readonly #namespaces: LabelSelector | undefined;
  readonly #objects: LabelSelector | undefined;

  constructor(match: MatchResources) {
    this.#match = match;
    this.#namespaces = selectorOf(match.namespaceSelector);
    this.#objects = selectorOf(match.objectSelector);
  }

  /** What fits requests of a shape; undefined when none of them is meant. No rules at all mean every request. */
  ofShape(shape: RequestShape): ShapeMatch | undefined {
    const { resourceRules = [], excludeResourceRules = [] } = this.#match;
    const included: FittingRule[] =
      resourceRules.length === 0
        ? [{ version: shape.version, names: undefined }]
        : this.#fitting(resourceRules, shape);
    const excluded = this.#fitting(excludeResourceRules, shape);
    if (included.length === 0 || excluded.some(({ names }) => names === undefined)) return undefined;
    return new ShapeMatch(included, excluded);
  }

  /** Whether it selects among objects or namespaces. */
  get hasSelectors(): boolean {
    return this.#objects !== undefined || this.#namespaces !== undefined;
  }

  /** Whether the selectors fit. */
  selects({ namespace, objects }: SelectedLabels): boolean {
    if (this.#objects !== undefined) {
      const selector = this.#objects;
      if (!objects.some((labels) => matchesLabels(selector, labels))) return false;
    }
    if (this.#namespaces === undefined) return true;
    const labels = namespace();
    // What lies in no namespace is never left out by its namespace.
    return labels === undefined || matchesLabels(this.#namespaces, labels);
  }

  /** Rules that fit the version of the request come first, then each rule with the other versions that it fits. */
  #fitting(rules: readonly ResourceRule[], shape: RequestShape): FittingRule[] {
    const fitting: FittingRule[] = [];
    const add = (rule: ResourceRule, version: string): void => {
      if (!ruleFits(rule, { ...shape, version })) return;
      const { resourceNames = [] } = rule;
      fitting.push({ version, names: resourceNames.length === 0 ? undefined : new Set(resourceNames) });
    };
    for (const rule of rules) add(rule, shape.version);
    if (this.#match.matchPolicy === 'Exact') return fitting;
    const others = shape.versions.filter((version) => version !== shape.version);
    for (const rule of rules) for (const version of others) add(rule, version);
    return fitting;
  }
}

/** The selector, or undefined where it selects everything; one that cannot be read selects everything too. */
function selectorOf(selector: unknown): LabelSelector | undefined {
  if (!isObject(selector)) return undefined;
  const parsed = labelSelectorFromObject(selector);
  return parsed.ok && (parsed.value.requirements.length > 0 || parsed.value.matchesNothing)
    ? parsed.value
    : undefined;
}

function fitsName({ names }: FittingRule, name: string): boolean {
  return names === undefined || names.has(name);
}

/** Whether a request can fit a rule: operation, group, version, resource with subresource, and scope. */
export function ruleFits(rule: ResourceRule, shape: RequestShape): boolean {
  const { operations = [], apiGroups = [], apiVersions = [], resources = [], scope = '*' } = rule;
  if (!hasOrAll(operations, shape.operation) || !hasOrAll(apiGroups, shape.group)) return false;
  if (!hasOrAll(apiVersions, shape.version)) return false;
  if (scope === 'Namespaced' && !shape.namespaced) return false;
  if (scope === 'Cluster' && shape.namespaced) return false;
  return resources.some((resource) => resourceFits(resource, shape));
}

function resourceFits(pattern: string, { resource, subresource }: RequestShape): boolean {
  const slash = pattern.indexOf('/');
  const [parent, part] = slash < 0 ? [pattern, ''] : [pattern.slice(0, slash), pattern.slice(slash + 1)];
  return (parent === '*' || parent === resource) && (part === '*' || part === subresource);
}

function hasOrAll(list: readonly string[], value: string): boolean {
  return list.includes('*') || list.includes(value);
}
