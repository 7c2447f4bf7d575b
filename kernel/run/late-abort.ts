/** An AbortController that is made for the first one who asks for its signal: most runs never do. */
export class LateAbort {
  #controller: AbortController | undefined;
  #reason: { readonly value: unknown } | undefined;

  /** Aborts with a reason; only the first one counts. */
  abort(value: unknown): void {
    this.#reason ??= { value };
    this.#controller?.abort(value);
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#reason && !this.#controller.signal.aborted) this.#controller.abort(this.#reason.value);
    return this.#controller.signal;
  }
}
