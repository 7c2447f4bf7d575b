interface Bell {
  /** Resolved at the next ring. */
  ring: PromiseWithResolvers<void>;
  isLive: boolean;
  listeners: number;
}

/** One that waits at a bell. */
export interface Listener {
  /** Resolved at the next ring, or when the listener's signal is aborted. */
  next(): Promise<void>;
  end(): void;
}

/** Tells readers of a log that there is more, or that its writer is done, so that they need not look again and again. */
export class Doorbells {
  readonly #bells = new Map<string, Bell>();

  /** Whether somebody writes there. */
  isLive(place: string): boolean {
    return this.#bells.get(place)?.isLive === true;
  }

  /** Begins to write. Returns what to call after each write, and once at the end. */
  begin(place: string): { readonly written: () => void; readonly closed: () => void } {
    const bell = this.#bellAt(place);
    bell.isLive = true;
    return {
      written: () => ring(bell),
      closed: () => {
        bell.isLive = false;
        ring(bell);
        this.#forget(place, bell);
      },
    };
  }

  /** Begins to wait. */
  listen(place: string, signal: AbortSignal | undefined): Listener {
    const bell = this.#bellAt(place);
    bell.listeners++;
    // Wakes all who wait there; those whose signal it is not look once in vain.
    const wake = (): void => ring(bell);
    signal?.addEventListener('abort', wake, { once: true });
    return {
      next: () => bell.ring.promise,
      end: () => {
        signal?.removeEventListener('abort', wake);
        bell.listeners--;
        this.#forget(place, bell);
      },
    };
  }

  #bellAt(place: string): Bell {
    const bell = this.#bells.get(place) ?? {
      ring: Promise.withResolvers<void>(),
      isLive: false,
      listeners: 0,
    };
    this.#bells.set(place, bell);
    return bell;
  }

  #forget(place: string, bell: Bell): void {
    if (!bell.isLive && bell.listeners === 0) this.#bells.delete(place);
  }
}

function ring(bell: Bell): void {
  const rung = bell.ring;
  bell.ring = Promise.withResolvers<void>();
  rung.resolve();
}
