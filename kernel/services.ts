/** Names a service that one capability offers to others, and its type. */
export interface ServiceToken<T> {
  readonly name: string;
  /** Only for the compiler: what the service is. */
  readonly type?: T;
}

/** Declares a service. The name is for messages; the token itself is what counts. */
export function defineService<T>(name: string): ServiceToken<T> {
  return { name };
}

/** The services of one virtual cluster: how capabilities meet without knowing each other. */
export class Services {
  readonly #offered = new Map<ServiceToken<unknown>, unknown>();

  /** Offers a service. @throws Error when somebody offers it already */
  offer<T>(token: ServiceToken<T>, service: T): void {
    if (this.#offered.has(token)) throw new Error(`the service ${token.name} is offered twice`);
    this.#offered.set(token, service);
  }

  /** A service; undefined when no capability here offers it. Ask when it is needed: others may come later. */
  find<T>(token: ServiceToken<T>): T | undefined {
    return this.#offered.get(token) as T | undefined;
  }
}
