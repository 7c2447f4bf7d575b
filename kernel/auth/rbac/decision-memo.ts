import type { Attributes, Decision, PolicyRule, UserInfo } from '../port.ts';
import { ruleMatchesName } from './policy-rule.ts';

/** The answer to one kind of request of one user, matched but for the name of the object. */
export interface Candidates {
  /** The answer where no rule on the way asks for a name. */
  readonly always: Decision | undefined;
  /** Rules to try with the name, in order. */
  readonly rules: readonly { readonly rule: PolicyRule; readonly decision: Decision }[];
  readonly refusal: Decision;
}

/** The decision that candidates give for an object. */
export function decide(candidates: Candidates, name: string): Decision {
  if (candidates.always !== undefined) return candidates.always;
  for (const { rule, decision } of candidates.rules) if (ruleMatchesName(rule, name)) return decision;
  return candidates.refusal;
}

/** Returns what is at `key`, making it when it is absent. */
function at<V>(map: Map<string, V>, key: string, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}

type ByResource = Map<string, Map<string, Candidates>>;
type ByGroup = Map<string, ByResource>;
type ByVerb = Map<string, ByGroup>;

/**
 * What has been decided for one user. The maps are nested, by one attribute each: a lookup then joins no strings, and
 * no attribute can be made to look like two.
 */
export class UserMemo {
  readonly isMaster: boolean;
  readonly #byNamespace = new Map<string, ByVerb>();
  readonly #paths = new Map<string, Map<string, Candidates>>();

  constructor(isMaster: boolean) {
    this.isMaster = isMaster;
  }

  get(attributes: Attributes): Candidates | undefined {
    if (attributes.path !== undefined) return this.#paths.get(attributes.verb)?.get(attributes.path);
    return this.#byNamespace
      .get(attributes.namespace)
      ?.get(attributes.verb)
      ?.get(attributes.group)
      ?.get(attributes.resource)
      ?.get(attributes.subresource);
  }

  set(attributes: Attributes, candidates: Candidates): void {
    if (attributes.path !== undefined) {
      at(this.#paths, attributes.verb, () => new Map<string, Candidates>()).set(attributes.path, candidates);
      return;
    }
    const byVerb = at(this.#byNamespace, attributes.namespace, (): ByVerb => new Map());
    const byGroup = at(byVerb, attributes.verb, (): ByGroup => new Map());
    const byResource = at(byGroup, attributes.group, (): ByResource => new Map());
    const bySubresource = at(byResource, attributes.resource, () => new Map<string, Candidates>());
    bySubresource.set(attributes.subresource, candidates);
  }
}

/** How many entries are remembered before all are forgotten; an entry takes about 300 bytes. */
const entriesMax = 50_000;

/** What has been decided since the policy last changed. Bounded: when it is full it begins anew. */
export class DecisionMemo {
  #byIdentity = new WeakMap<UserInfo, UserMemo>();
  #byName = new Map<string, UserMemo>();
  #entries = 0;

  forget(): void {
    this.#byIdentity = new WeakMap();
    this.#byName = new Map();
    this.#entries = 0;
  }

  /** The memo of a user, whom `make` begins. A user is recognised by identity, else by name and groups. */
  user(user: UserInfo, make: () => UserMemo): UserMemo {
    const known = this.#byIdentity.get(user);
    if (known !== undefined) return known;
    // Reviews bring a new object each time: what was decided for the same name and groups serves them as well.
    const name = JSON.stringify([user.username, user.groups]);
    let memo = this.#byName.get(name);
    if (memo === undefined) {
      this.#count();
      memo = make();
      this.#byName.set(name, memo);
    }
    this.#byIdentity.set(user, memo);
    return memo;
  }

  remember(memo: UserMemo, attributes: Attributes, candidates: Candidates): void {
    this.#count();
    memo.set(attributes, candidates);
  }

  #count(): void {
    if (this.#entries >= entriesMax) this.forget();
    this.#entries += 1;
  }
}
