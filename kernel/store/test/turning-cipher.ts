import type { StoreCipher } from '../port.ts';

/** Turns every byte around and binds the result to key and revision: enough to see that the disk has no plain text. */
export const turning: StoreCipher = {
  covers: (key) => key.startsWith('t/core/secrets/'),
  seal: (key, revision, value) => Buffer.from(`${key} ${revision} ${value}`).map((byte) => byte ^ 0xff),
  open(key, revision, sealed) {
    const text = Buffer.from(sealed.map((byte) => byte ^ 0xff)).toString();
    const bound = `${key} ${revision} `;
    if (!text.startsWith(bound)) throw new Error('sealed for another object');
    return text.slice(bound.length);
  },
};
