import { type QueuedSample, Shard, type ShardGround } from './shard.ts';
import { nextShards } from './shard-count.ts';

/** How often the number of shards is looked at. */
const lookEveryMs = 10_000;

/** The shards of a forward. Which one has a series hangs on its labels, and on how many shards there are. */
export class Shards {
  readonly #ground: ShardGround;
  #shards: Shard[] = [];
  /** How many there should be; they change when nothing waits, so that samples of a series do not overtake each other. */
  #wanted: number;
  #lookedAtMs: number;
  #blockedMs = 0;

  constructor(ground: ShardGround) {
    this.#ground = ground;
    this.#wanted = ground.settings.queue.shardsMin;
    this.#lookedAtMs = ground.clock.monotonic();
    this.#make();
  }

  get pending(): number {
    return this.#shards.reduce((sum, shard) => sum + shard.pending, 0);
  }

  /** Whether as much waits as may, or nothing more may come since the number of shards is about to change. */
  get isFull(): boolean {
    return (
      this.#wanted !== this.#shards.length ||
      this.pending >= this.#shards.length * this.#ground.settings.queue.capacity ||
      this.#weight >= this.#ground.weightMax()
    );
  }

  get #weight(): number {
    return this.#shards.reduce((sum, shard) => sum + shard.weight, 0);
  }

  /** Where less may wait than makes a request, none would ever be full. */
  hurry(): void {
    const { settings, weightMax } = this.#ground;
    if (weightMax() < this.#shards.length * settings.queue.samplesPerSendMax) this.#flush();
  }

  push(sample: QueuedSample): void {
    this.#shards[sample.output.hash % this.#shards.length]?.push(sample);
  }

  /** Gives up what waits. */
  discard(): void {
    for (const shard of this.#shards) shard.discard();
  }

  /** Notes that the log was not read for so long. */
  noteBlocked(ms: number): void {
    if (this.#wanted === this.#shards.length) this.#blockedMs += ms;
  }

  /** To be called now and then: brings the number of shards to what is used. */
  async adapt(): Promise<void> {
    if (this.#wanted === this.#shards.length) this.#look();
    if (this.#wanted === this.#shards.length) return;
    if (this.pending > 0) {
      this.#flush();
      return;
    }
    await this.stop();
    this.#make();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#shards.map((shard) => shard.stop()));
    // What is wrong is told by those who come after them.
    for (const shard of this.#shards) this.#ground.noteFault(shard, undefined);
  }

  #flush(): void {
    for (const shard of this.#shards) shard.flush();
  }

  #make(): void {
    this.#shards = Array.from({ length: this.#wanted }, () => new Shard(this.#ground));
    this.#ground.counters.set('shards', this.#wanted);
  }

  #look(): void {
    const { clock, settings } = this.#ground;
    const passedMs = clock.monotonic() - this.#lookedAtMs;
    if (passedMs < lookEveryMs) return;
    const use = {
      shards: this.#shards.length,
      busy: this.#shards.reduce((sum, { busyMs }) => sum + busyMs, 0) / passedMs,
      blocked: this.#blockedMs / passedMs,
      hasFailed: this.#shards.some(({ failures }) => failures > 0),
    };
    this.#wanted = nextShards(use, settings.queue.shardsMin, settings.queue.shardsMax);
    this.#lookedAtMs += passedMs;
    this.#blockedMs = 0;
    for (const shard of this.#shards) {
      shard.busyMs = 0;
      shard.failures = 0;
    }
  }
}
