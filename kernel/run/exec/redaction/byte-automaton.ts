/** Bytes of patterns that are worked on at once: 50 ns each were measured. */
const stepBytes = 20_000;

/**
 * Finds any of many byte strings in one pass over a stream of bytes: the automaton of Aho and Corasick, in linear time
 * whatever the bytes are. A state is the longest end of what was read that a pattern begins with; its depth is the
 * length of that.
 *
 * States hold one byte each and list their children, because almost all have one. A table over pairs of bytes decides
 * at the top, where a text without any pattern stays.
 */
export class ByteAutomaton {
  /** Length of what each state stands for. */
  depth: Int32Array;
  /** Length of the longest pattern that ends in each state; 0 when none does. */
  ending: Int32Array;
  /** The state after two bytes, for those that begin a pattern. */
  readonly #pairs = new Int32Array(65_536);
  readonly #roots = new Int32Array(256);
  #label: Uint8Array;
  #child: Int32Array;
  #sibling: Int32Array;
  #fallback: Int32Array;

  private constructor(statesMax: number) {
    this.depth = new Int32Array(statesMax);
    this.ending = new Int32Array(statesMax);
    this.#label = new Uint8Array(statesMax);
    this.#child = new Int32Array(statesMax);
    this.#sibling = new Int32Array(statesMax);
    this.#fallback = new Int32Array(statesMax);
  }

  /**
   * Builds the automaton in steps of about a millisecond, between which the caller may do other things.
   *
   * @param patterns each with at least two bytes
   */
  static *build(patterns: readonly Uint8Array[]): Generator<void, ByteAutomaton> {
    const automaton = new ByteAutomaton(1 + patterns.reduce((sum, { length }) => sum + length, 0));
    let states = 1;
    let work = 0;
    for (const pattern of patterns) {
      states = automaton.#insert(pattern, states);
      work += pattern.length;
      if (work < stepBytes) continue;
      work = 0;
      yield;
    }
    automaton.#trim(states);
    yield* automaton.#link(states);
    return automaton;
  }

  /** The state after `byte` in `state`. The first state is 0. */
  step(state: number, byte: number): number {
    let at = state;
    while (at !== 0) {
      const next = this.#childOf(at, byte);
      if (next !== 0) return next;
      at = this.#fallback[at] ?? 0;
    }
    return this.#roots[byte] ?? 0;
  }

  /**
   * Reads on as long as nothing is found beyond two bytes. In text without secrets this is where the time goes.
   *
   * @param state of depth 0 or 1
   * @returns the index of the byte that leads deeper, or the length
   */
  skip(bytes: Uint8Array, from: number, state: number): number {
    const pairs = this.#pairs;
    let index = from;
    if (state === 0) {
      if (index >= bytes.length) return index;
      index++;
    }
    let previous = state === 0 ? (bytes[from] ?? 0) : (this.#label[state] ?? 0);
    for (; index < bytes.length; index++) {
      const byte = bytes[index] ?? 0;
      if (pairs[(previous << 8) | byte] !== 0) return index;
      previous = byte;
    }
    return index;
  }

  /** The state after a single byte. */
  first(byte: number): number {
    return this.#roots[byte] ?? 0;
  }

  #childOf(state: number, byte: number): number {
    if (state === 0) return this.#roots[byte] ?? 0;
    let child = this.#child[state] ?? 0;
    while (child !== 0 && this.#label[child] !== byte) child = this.#sibling[child] ?? 0;
    return child;
  }

  /** Forms share beginnings, so that there are far fewer states than bytes. */
  #trim(states: number): void {
    this.depth = this.depth.slice(0, states);
    this.ending = this.ending.slice(0, states);
    this.#label = this.#label.slice(0, states);
    this.#child = this.#child.slice(0, states);
    this.#sibling = this.#sibling.slice(0, states);
    this.#fallback = this.#fallback.slice(0, states);
  }

  #insert(pattern: Uint8Array, firstFree: number): number {
    let states = firstFree;
    let state = 0;
    for (const byte of pattern) {
      let next = this.#childOf(state, byte);
      if (next === 0) {
        next = states++;
        this.#label[next] = byte;
        this.depth[next] = (this.depth[state] ?? 0) + 1;
        this.#sibling[next] = this.#child[state] ?? 0;
        this.#child[state] = next;
        if (state === 0) this.#roots[byte] = next;
      }
      state = next;
    }
    this.ending[state] = pattern.length;
    return states;
  }

  /** Sets, in order of depth, where each state goes when a byte does not fit. */
  *#link(states: number): Generator<void, void> {
    const queue = new Int32Array(states);
    let end = 0;
    for (const state of this.#roots) if (state !== 0) queue[end++] = state;
    for (let at = 0; at < end; at++) {
      const state = queue[at] ?? 0;
      const fallback = this.#fallback[state] ?? 0;
      if (this.ending[state] === 0) this.ending[state] = this.ending[fallback] ?? 0;
      for (let child = this.#child[state] ?? 0; child !== 0; child = this.#sibling[child] ?? 0) {
        const byte = this.#label[child] ?? 0;
        this.#fallback[child] = state === 0 ? 0 : this.step(fallback, byte);
        if (this.depth[child] === 2) this.#pairs[((this.#label[state] ?? 0) << 8) | byte] = child;
        queue[end++] = child;
      }
      if (at % stepBytes === stepBytes - 1) yield;
    }
  }
}
