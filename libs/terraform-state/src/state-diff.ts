import {
  canonicalJson,
  hidden,
  isList,
  isRecord,
  isSecretName,
  type Path,
  pathText,
  printJson,
  SecretSet,
  type Value,
} from '@plinth/terraform-json';
import { eachLeaf, type Instance, type Output, type StateFile } from './state-file.ts';

/** How two states differ: what people may see of it. */
export interface StateDifference {
  /** In order of their addresses. */
  readonly resources: readonly ResourceDifference[];
  readonly outputs: readonly OutputDifference[];
}

/** An instance of a resource that is not the same in both. */
export interface ResourceDifference {
  readonly address: string;
  readonly change: 'added' | 'removed' | 'changed';
  /** What differs of one that is in both. */
  readonly values: readonly ValueDifference[];
}

/** A value within an instance; a side that has none is undefined. */
export interface ValueDifference {
  /** Such as `tags.owner` or `rules[0].port`. */
  readonly path: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** An output value that is not the same in both. */
export interface OutputDifference {
  readonly name: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** Characters of a value that are shown. */
const shownMax = 200;

/**
 * What is different between two versions of a state. Sensitive values are not in it: neither those that the state marks,
 * nor copies of them elsewhere, nor what is called a password, a secret, a token or a key.
 * @param before undefined when there was none
 */
export function diffStates(before: StateFile | undefined, after: StateFile | undefined): StateDifference {
  const secrets = secretsOf([before, after]);
  const old = before?.instances ?? new Map<string, Instance>();
  const now = after?.instances ?? new Map<string, Instance>();
  const resources: ResourceDifference[] = [];
  for (const address of union(old, now)) {
    const [was, is] = [old.get(address), now.get(address)];
    const shown = withoutSecrets(address, secrets);
    if (!was || !is) resources.push({ address: shown, change: is ? 'added' : 'removed', values: [] });
    else {
      const values = valuesOf(was, is, secrets);
      if (values.length > 0) resources.push({ address: shown, change: 'changed', values });
    }
  }
  return { resources, outputs: outputsOf(before, after, secrets) };
}

function union(a: ReadonlyMap<string, unknown>, b: ReadonlyMap<string, unknown>): string[] {
  return [...new Set([...a.keys(), ...b.keys()])].sort();
}

function valuesOf(was: Instance, is: Instance, secrets: SecretSet): ValueDifference[] {
  const [old, now] = [leavesOf(was), leavesOf(is)];
  const found: ValueDifference[] = [];
  if (was.isTainted !== is.isTainted) {
    found.push({ path: '(tainted)', before: String(was.isTainted), after: String(is.isTainted) });
  }
  for (const path of union(old, now)) {
    const [a, b] = [old.get(path), now.get(path)];
    if (a && b && canonicalJson(a.value) === canonicalJson(b.value)) continue;
    const isHidden = a?.isSensitive === true || b?.isSensitive === true;
    const shown = (leaf: Leaf | undefined) => leaf && (isHidden ? hidden : shownOf(leaf.value, secrets));
    found.push({ path: withoutSecrets(path, secrets), before: shown(a), after: shown(b) });
  }
  return found;
}

function outputsOf(
  before: StateFile | undefined,
  after: StateFile | undefined,
  secrets: SecretSet,
): OutputDifference[] {
  const old = before?.outputs ?? new Map<string, Output>();
  const now = after?.outputs ?? new Map<string, Output>();
  const found: OutputDifference[] = [];
  for (const name of union(old, now)) {
    const [a, b] = [old.get(name), now.get(name)];
    if (a && b && canonicalJson(a.value) === canonicalJson(b.value) && a.isSensitive === b.isSensitive)
      continue;
    const isHidden = a?.isSensitive === true || b?.isSensitive === true || isSecretName(name);
    const shown = (output: { readonly value: Value } | undefined) =>
      output && (isHidden ? hidden : shownOf(output.value, secrets));
    found.push({ name, before: shown(a), after: shown(b) });
  }
  return found;
}

interface Leaf {
  readonly value: Value;
  readonly isSensitive: boolean;
}

function leavesOf({ attributes, sensitive }: Instance): ReadonlyMap<string, Leaf> {
  const leaves = new Map<string, Leaf>();
  eachLeaf(attributes, (path, value) => {
    const isSensitive = sensitive.some((one) => isBelow(path, one)) || path.some(isSecretName);
    leaves.set(pathText(path), { value, isSensitive });
  });
  return leaves;
}

/** Whether one of two paths leads into the other: a list that is empty now ends above what was marked in it. */
function isBelow(path: Path, marked: Path): boolean {
  return marked.every((step, i) => i >= path.length || String(step) === String(path[i]));
}

/** All that states say is sensitive, wherever else it stands. */
function secretsOf(states: readonly (StateFile | undefined)[]): SecretSet {
  const secrets = new SecretSet();
  for (const state of states) {
    for (const { attributes, sensitive } of state?.instances.values() ?? []) {
      eachLeaf(attributes, (path, value) => {
        if (sensitive.some((one) => isBelow(path, one))) secrets.add(value);
        else if (path.some(isSecretName)) secrets.addNamed(value);
      });
    }
    for (const [name, { value, isSensitive }] of state?.outputs ?? []) {
      if (isSensitive) secrets.add(value);
      else if (isSecretName(name)) secrets.addNamed(value);
    }
  }
  return secrets;
}

/** A name as people may see it: keys of for_each stand in addresses. */
function withoutSecrets(name: string, secrets: SecretSet): string {
  return secrets.replaceIn(name, () => hidden);
}

/** The value as people may see it. */
function shownOf(value: Value, secrets: SecretSet): string {
  let isSecret = false;
  eachLeaf(value, (path, leaf) => {
    isSecret ||= isSecretLeaf(leaf, secrets) || path.some((step) => secrets.isIn(String(step)));
  });
  if (isSecret) return hidden;
  const text = printJson(value);
  return text.length > shownMax ? `${text.slice(0, shownMax)}…` : text;
}

function isSecretLeaf(leaf: Value, secrets: SecretSet): boolean {
  if (typeof leaf === 'string') return secrets.isIn(leaf);
  if (leaf === null || typeof leaf === 'boolean' || isList(leaf) || isRecord(leaf)) return false;
  return secrets.isNumber(leaf);
}
