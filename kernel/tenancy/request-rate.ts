import { TokenBucket } from '../control/token-bucket.ts';
import { tooManyRequests } from '../model/status-error.ts';
import type { Clock } from '../ports/clock.ts';
import { burstMin, burstSeconds } from './limits.ts';
import type { TenantQuotas } from './tenant-kind.ts';

/** How many API requests a tenant may make. */
export class RequestRate {
  readonly #tenant: string;
  readonly #clock: Clock;
  #bucket: TokenBucket | undefined;
  #perSecond = 0;
  #burst = 0;

  constructor(tenant: string, clock: Clock) {
    this.#tenant = tenant;
    this.#clock = clock;
  }

  /** Takes another limit over; the same one leaves the budget as it is. */
  set({ requestsPerSecond: perSecond, requestBurst }: TenantQuotas): void {
    if (perSecond === undefined) {
      this.#bucket = undefined;
      return;
    }
    const burst = requestBurst ?? Math.max(burstMin, Math.ceil(perSecond * burstSeconds));
    if (this.#bucket && perSecond === this.#perSecond && burst === this.#burst) return;
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#bucket = new TokenBucket(this.#clock, perSecond, burst);
  }

  /** @throws StatusError 429 with the seconds until there is room for one request more */
  admit(): void {
    if (!this.#bucket || this.#bucket.tryTake()) return;
    const message = `tenant ${this.#tenant} may make ${this.#perSecond} requests per second; try again later`;
    throw tooManyRequests(message, Math.max(1, Math.ceil(1 / this.#perSecond)));
  }
}
