import { type Label, Labels } from '@plinth/prometheus-model';

/**
 * Labels that are being changed. Those that are set come after those that were there from the start, which says which one
 * counts where a rule maps several to one name. Spec: Prometheus 3.14, model/labels, Builder.
 */
export class LabelBuilder {
  readonly #base = new Map<string, string>();
  readonly #set = new Map<string, string>();

  constructor(labels: Iterable<Label> = []) {
    for (const { name, value } of labels) this.#base.set(name, value);
  }

  /** Empty when the label is absent. */
  get(name: string): string {
    return this.#set.get(name) ?? this.#base.get(name) ?? '';
  }

  /** @param value - an empty one takes the label away */
  set(name: string, value: string): void {
    this.#base.delete(name);
    if (value === '') this.#set.delete(name);
    else this.#set.set(name, value);
  }

  delete(name: string): void {
    this.set(name, '');
  }

  /** The labels as they are now; changes while they are gone through do not count. */
  entries(): readonly (readonly [name: string, value: string])[] {
    return [...this.#base, ...this.#set];
  }

  labels(): Labels {
    return Labels.from(this.entries());
  }
}
