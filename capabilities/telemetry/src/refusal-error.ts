/** A request that is refused, with the HTTP status that says so. */
export class Refusal extends Error {
  override name = 'Refusal';
  readonly status: number;
  /** After how many seconds it may be tried again. */
  readonly retryAfterSeconds: number | undefined;

  constructor(status: number, message: string, retryAfterSeconds?: number) {
    super(message);
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
