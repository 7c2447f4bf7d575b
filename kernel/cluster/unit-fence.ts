import type { StoreOperation } from '../store/port.ts';
import type { Fence } from './fence.ts';
import { unitKey } from './lease-record.ts';
import type { Membership } from './membership.ts';

/** The fence of a unit that this process has taken. */
export class UnitFence implements Fence {
  readonly unit: string;
  readonly revision: number;
  readonly #membership: Pick<Membership, 'holds'>;
  readonly #refused: () => void;
  #isRevoked = false;

  constructor(unit: string, revision: number, membership: Pick<Membership, 'holds'>, refused: () => void) {
    this.unit = unit;
    this.revision = revision;
    this.#membership = membership;
    this.#refused = refused;
  }

  holds(): boolean {
    return !this.#isRevoked && this.#membership.holds();
  }

  check(): Extract<StoreOperation, { type: 'check' }> {
    return { type: 'check', key: unitKey(this.unit), expect: this.revision };
  }

  refused(): void {
    this.#refused();
  }

  revoke(): void {
    this.#isRevoked = true;
  }
}
