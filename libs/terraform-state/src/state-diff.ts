import {
  Exact,
  eachLeaf,
  type Instance,
  isRecord,
  type Output,
  type StateFile,
  type Step,
  type Value,
} from './state-file.ts';

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

/** What stands in the place of a value that nobody may see. */
const hidden = '(sensitive)';
/** Characters of a value that are shown. */
const shownMax = 200;
/** Shorter secrets would hide half of everything. */
const secretMin = 4;

/**
 * What is different between two versions of a state. Sensitive values are not in it: neither those that the state marks,
 * nor copies of them elsewhere, nor what is called a password, a secret, a token or a key.
 * @param before undefined when there was none
 */
export function diffStates(before: StateFile | undefined, after: StateFile | undefined): StateDifference {
  const secrets = new Secrets([before, after]);
  const old = before?.instances ?? new Map<string, Instance>();
  const now = after?.instances ?? new Map<string, Instance>();
  const resources: ResourceDifference[] = [];
  for (const address of union(old, now)) {
    const [was, is] = [old.get(address), now.get(address)];
    if (!was || !is) resources.push({ address, change: is ? 'added' : 'removed', values: [] });
    else {
      const values = valuesOf(was, is, secrets);
      if (values.length > 0) resources.push({ address, change: 'changed', values });
    }
  }
  return { resources, outputs: outputsOf(before, after, secrets) };
}

function union(a: ReadonlyMap<string, unknown>, b: ReadonlyMap<string, unknown>): string[] {
  return [...new Set([...a.keys(), ...b.keys()])].sort();
}

function valuesOf(was: Instance, is: Instance, secrets: Secrets): ValueDifference[] {
  const [old, now] = [leavesOf(was), leavesOf(is)];
  const found: ValueDifference[] = [];
  if (was.isTainted !== is.isTainted) {
    found.push({ path: '(tainted)', before: String(was.isTainted), after: String(is.isTainted) });
  }
  for (const path of union(old, now)) {
    const [a, b] = [old.get(path), now.get(path)];
    if (a && b && keyOf(a.value) === keyOf(b.value)) continue;
    const isHidden = a?.isSensitive === true || b?.isSensitive === true;
    const shown = (leaf: Leaf | undefined) => leaf && (isHidden ? hidden : secrets.shown(leaf.value));
    found.push({ path: secrets.isIn(path) ? hidden : path, before: shown(a), after: shown(b) });
  }
  return found;
}

function outputsOf(
  before: StateFile | undefined,
  after: StateFile | undefined,
  secrets: Secrets,
): OutputDifference[] {
  const old = before?.outputs ?? new Map<string, Output>();
  const now = after?.outputs ?? new Map<string, Output>();
  const found: OutputDifference[] = [];
  for (const name of union(old, now)) {
    const [a, b] = [old.get(name), now.get(name)];
    if (a && b && keyOf(a.value) === keyOf(b.value) && a.isSensitive === b.isSensitive) continue;
    const isHidden = a?.isSensitive === true || b?.isSensitive === true || isSecretName(name);
    const shown = (output: { readonly value: Value } | undefined) =>
      output && (isHidden ? hidden : secrets.shown(output.value));
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
function isBelow(path: readonly Step[], marked: readonly Step[]): boolean {
  return marked.every((step, i) => i >= path.length || String(step) === String(path[i]));
}

const secretName =
  /pass(word|phrase|wd)|secret|token|private_?key|credential|access_?key|connection_?string|sas_|_pem$/i;

/** Whether providers call secrets so, that do not mark all of them. */
function isSecretName(step: Step): boolean {
  return typeof step === 'string' && secretName.test(step);
}

function pathText(path: readonly Step[]): string {
  return path
    .map((step, i) => {
      if (typeof step === 'number') return `[${step}]`;
      if (!/^[A-Za-z_][\w-]*$/.test(step)) return `[${JSON.stringify(step)}]`;
      return i === 0 ? step : `.${step}`;
    })
    .join('');
}

function keyOf(value: Value): string {
  return JSON.stringify(value, (_name, one: unknown) => (one instanceof Exact ? { exact: one.text } : one));
}

/** All that states say is sensitive, wherever else it stands. */
class Secrets {
  readonly #texts = new Set<string>();

  constructor(states: readonly (StateFile | undefined)[]) {
    for (const state of states) {
      for (const { attributes, sensitive } of state?.instances.values() ?? []) {
        eachLeaf(attributes, (path, value) => {
          if (sensitive.some((one) => isBelow(path, one)) || path.some(isSecretName)) this.#add(value);
        });
      }
      for (const { value, isSensitive } of state?.outputs.values() ?? []) {
        if (isSensitive) eachLeaf(value, (_path, leaf) => this.#add(leaf));
      }
    }
  }

  /** The value as people may see it. */
  shown(value: Value): string {
    let isSecret = false;
    eachLeaf(value, (path, leaf) => {
      isSecret ||= this.isIn(textOf(leaf)) || path.some((step) => this.isIn(String(step)));
    });
    if (isSecret) return hidden;
    const text = value instanceof Exact ? value.text : JSON.stringify(value);
    return text.length > shownMax ? `${text.slice(0, shownMax)}…` : text;
  }

  /** Whether a text has one of them in it. */
  isIn(text: string): boolean {
    for (const secret of this.#texts) if (text.includes(secret)) return true;
    return false;
  }

  #add(value: Value): void {
    if (isRecord(value) || Array.isArray(value) || value === null || typeof value === 'boolean') return;
    const text = textOf(value);
    if (text.length >= secretMin) this.#texts.add(text);
  }
}

function textOf(value: Value): string {
  return typeof value === 'string' ? value : value instanceof Exact ? value.text : JSON.stringify(value);
}
