import { randomBytes, randomInt, randomUUID } from 'node:crypto';

/** Randomness as a port, so that a simulation can repeat a run from its seed. */
export interface Random {
  uuid(): string;
  bytes(length: number): Uint8Array;
  /** A whole number in [0, bound). */
  below(bound: number): number;
}

/** Randomness of the machine, from the operating system's generator. */
export const systemRandom: Random = {
  uuid: () => randomUUID(),
  bytes: (length) => randomBytes(length),
  below: (bound) => randomInt(bound),
};

// The alphabet of k8s.io/apimachinery/pkg/util/rand: no vowels (no words), nothing that is easily confused.
const suffixAlphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** The five-character suffix that `metadata.generateName` is completed with. */
export function nameSuffix(random: Random): string {
  let suffix = '';
  for (let i = 0; i < 5; i++) suffix += suffixAlphabet[random.below(suffixAlphabet.length)];
  return suffix;
}
