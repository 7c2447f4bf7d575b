import type { Random } from '@plinth/kernel';

/** How one step of a script behaves. */
export interface StepNode {
  readonly do: 'step';
  /** Unique in the simulation; the name of the operation besides. */
  readonly id: string;
  /** So many attempts fail before their effect, and so many of those that follow after it. */
  readonly fails: number;
  readonly failsAfter: number;
  /** The first attempt hangs until its time limit. */
  readonly hangs: boolean;
  /** Every attempt fails. */
  readonly isFatal: boolean;
  /** Milliseconds before the effect, and after it. */
  readonly beforeMs: number;
  readonly afterMs: number;
  /** Goes on when it is told to end. */
  readonly isDeaf: boolean;
  readonly isCompensable: boolean;
  readonly undoFails: number;
  /** The effect must not be repeated: what was interrupted is recovered by code, or cleared up by a person. */
  readonly once?: 'recover' | 'ask';
  /** Draws a random number and the time before, and has them in its effect. */
  readonly draws: boolean;
  readonly needs: Needs;
}

export interface ApprovalNode {
  readonly do: 'approval';
  readonly id: string;
  readonly script: string;
  readonly author: string;
  readonly count: number;
  readonly groups: readonly string[];
  readonly expiresInMs?: number;
}

export type ScriptNode =
  | StepNode
  | ApprovalNode
  | { readonly do: 'sleep'; readonly id: string; readonly ms: number }
  | { readonly do: 'wait'; readonly id: string; readonly object: string; readonly timeoutMs?: number }
  | { readonly do: 'child'; readonly id: string; readonly script: Script }
  | { readonly do: 'parallel'; readonly branches: readonly (readonly ScriptNode[])[] };

/** What must have happened before a step begins. */
export interface Needs {
  readonly steps: readonly StepNode[];
  readonly approvals: readonly ApprovalNode[];
  /** Objects that must have been as they were waited for. */
  readonly objects: readonly string[];
}

/** What a run does. Every script is run once at most, under a name of its own. */
export interface Script {
  readonly id: string;
  readonly author: string;
  readonly parent?: Script;
  readonly nodes: readonly ScriptNode[];
  /** Its own steps, without those of children. */
  readonly steps: readonly StepNode[];
}

/** Objects that scripts wait for. */
export const waitedFor = ['w-0', 'w-1', 'w-2'];
const authors = ['author-a', 'author-b'];
const nothing: Needs = { steps: [], approvals: [], objects: [] };
const depthMax = 2;

/** Makes scripts at random. */
export class ScriptWriter {
  readonly #random: Random;
  #made = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** A script, together with those of its children, the parents first. */
  write(): Script[] {
    const author = this.#pick(authors);
    const all: Script[] = [];
    this.#script(`r-${this.#made++}`, { author, all, depth: 0, parent: undefined, needs: nothing });
    return all;
  }

  #script(id: string, place: Place): { script: Script; needs: Needs } {
    const { author, parent, all } = place;
    const nodes: ScriptNode[] = [];
    const steps: StepNode[] = [];
    const script: Script = { id, author, nodes, steps, ...(parent ? { parent } : {}) };
    all.push(script);
    const needs = this.#sequence(nodes, { ...place, script, steps, prefix: id }, 2 + this.#random.below(4));
    return { script, needs };
  }

  /** Fills in a sequence. @returns what has happened at its end */
  #sequence(into: ScriptNode[], place: Inside, count: number): Needs {
    let { needs } = place;
    for (let i = 0; i < count; i++) {
      needs = this.#node(into, { ...place, needs, prefix: `${place.prefix}-${i}` });
    }
    return needs;
  }

  #node(into: ScriptNode[], place: Inside): Needs {
    const { needs, script, prefix: id, depth } = place;
    const dice = this.#random.below(100);
    if (dice < 50 || (depth >= depthMax && dice >= 80)) {
      const node = this.#step(id, needs);
      into.push(node);
      place.steps.push(node);
      return { ...needs, steps: [...needs.steps, node] };
    }
    if (dice < 58) {
      into.push({ do: 'sleep', id, ms: this.#random.below(20_000) });
      return needs;
    }
    if (dice < 70) {
      const node = this.#approval(id, script);
      into.push(node);
      return { ...needs, approvals: [...needs.approvals, node] };
    }
    if (dice < 80) {
      const object = this.#pick(waitedFor);
      const timeout = this.#oneIn(8) ? { timeoutMs: 1_000 + this.#random.below(60_000) } : {};
      into.push({ do: 'wait', id, object, ...timeout });
      return { ...needs, objects: [...needs.objects, object] };
    }
    if (dice < 88) {
      const { author, all } = place;
      const child = this.#script(id, { author, all, depth: depth + 1, parent: script, needs });
      into.push({ do: 'child', id, script: child.script });
      return child.needs;
    }
    return this.#parallel(into, place);
  }

  #parallel(into: ScriptNode[], place: Inside): Needs {
    const branches = Array.from({ length: 2 + this.#random.below(2) }, (_, i) => {
      const nodes: ScriptNode[] = [];
      const inside = { ...place, depth: place.depth + 1, prefix: `${place.prefix}-b${i}` };
      return { nodes, needs: this.#sequence(nodes, inside, 1 + this.#random.below(3)) };
    });
    into.push({ do: 'parallel', branches: branches.map(({ nodes }) => nodes) });
    return {
      steps: [...new Set(branches.flatMap(({ needs }) => needs.steps))],
      approvals: [...new Set(branches.flatMap(({ needs }) => needs.approvals))],
      objects: [...new Set(branches.flatMap(({ needs }) => needs.objects))],
    };
  }

  #step(id: string, needs: Needs): StepNode {
    const once = this.#oneIn(6) ? this.#pick(['recover', 'ask'] as const) : undefined;
    const isFatal = this.#oneIn(25);
    return {
      do: 'step',
      id,
      needs,
      isFatal,
      fails: once ? 0 : this.#few(),
      failsAfter: once || isFatal ? 0 : this.#few(),
      hangs: !once && this.#oneIn(12),
      beforeMs: this.#oneIn(3) ? this.#random.below(2_000) : this.#random.below(30),
      afterMs: this.#oneIn(3) ? this.#random.below(2_000) : this.#random.below(30),
      isDeaf: this.#oneIn(3),
      isCompensable: this.#oneIn(2),
      undoFails: this.#few(),
      ...(once ? { once } : {}),
      draws: this.#oneIn(4),
    };
  }

  #approval(id: string, script: Script): ApprovalNode {
    return {
      do: 'approval',
      id,
      script: script.id,
      author: script.author,
      count: 1 + this.#random.below(2),
      groups: this.#pick([[], ['ops'], ['ops', 'security']]),
      ...(this.#oneIn(8) ? { expiresInMs: 5_000 + this.#random.below(60_000) } : {}),
    };
  }

  /** Mostly none. */
  #few(): number {
    return this.#oneIn(5) ? 1 + this.#random.below(2) : 0;
  }

  #oneIn(count: number): boolean {
    return this.#random.below(count) === 0;
  }

  #pick<T>(items: readonly [T, ...T[]] | readonly T[]): T {
    const item = items[this.#random.below(items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }
}

/** Where a script is written. */
interface Place {
  readonly author: string;
  readonly all: Script[];
  readonly depth: number;
  readonly parent: Script | undefined;
  readonly needs: Needs;
}

interface Inside extends Omit<Place, 'parent'> {
  readonly script: Script;
  readonly steps: StepNode[];
  readonly prefix: string;
}

/** The steps of a script that has succeeded, those of its children included, in the order of its output. */
export function allSteps(nodes: readonly ScriptNode[]): StepNode[] {
  return nodes.flatMap((node): StepNode[] => {
    switch (node.do) {
      case 'step':
        return [node];
      case 'child':
        return allSteps(node.script.nodes);
      case 'parallel':
        return node.branches.flatMap((branch) => allSteps(branch));
      default:
        return [];
    }
  });
}

/** Every node, those of children left out. */
export function ownNodes(nodes: readonly ScriptNode[]): ScriptNode[] {
  return nodes.flatMap((node) => (node.do === 'parallel' ? node.branches.flatMap(ownNodes) : [node]));
}
