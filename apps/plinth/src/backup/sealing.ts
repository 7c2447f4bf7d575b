import { readFileSync } from 'node:fs';
import { Decrypter, Encrypter } from 'age-encryption';
import { type Invocation, valueOf, valuesOf } from '../cli/command.ts';
import { Failure, UsageFailure } from '../cli/failure.ts';

/** How an archive is encrypted or decrypted; the format is age's. Spec: https://age-encryption.org/v1 */
export interface Sealing {
  readonly passphrase?: string;
  /** Public keys, `age1...`: who has the key of one of them can decrypt it. */
  readonly recipients: readonly string[];
  /** Secret keys, `AGE-SECRET-KEY-1...`. */
  readonly identities: readonly string[];
}

/** Every age file begins so. */
const header = 'age-encryption.org/v1\n';

/**
 * Reads the options that say how an archive is encrypted or decrypted.
 * @throws UsageFailure when two ways are asked for at once
 */
export function sealingOf(invocation: Invocation): Sealing {
  const passphraseFile = valueOf(invocation, 'passphrase-file');
  const identityFile = valueOf(invocation, 'identity');
  const recipients = valuesOf(invocation, 'recipient');
  if (passphraseFile !== undefined && (recipients.length > 0 || identityFile !== undefined)) {
    throw new UsageFailure(
      'a passphrase and keys are given at once',
      'age files have one or the other: leave --passphrase-file away, or the keys',
    );
  }
  return {
    ...(passphraseFile === undefined ? {} : { passphrase: passphraseIn(passphraseFile) }),
    recipients,
    identities: identityFile === undefined ? [] : identitiesIn(identityFile),
  };
}

/** Whether archives are encrypted this way. */
export function isSealing({ passphrase, recipients }: Sealing): boolean {
  return passphrase !== undefined || recipients.length > 0;
}

/** Whether a file that begins with these bytes is encrypted. */
export function isSealed(start: Buffer): boolean {
  return start.toString('latin1', 0, header.length) === header;
}

/** Encrypts a stream. @throws Failure when a recipient is none */
export async function* sealed(
  chunks: AsyncIterable<Uint8Array>,
  sealing: Sealing,
): AsyncGenerator<Uint8Array> {
  const encrypter = new Encrypter();
  if (sealing.passphrase !== undefined) encrypter.setPassphrase(sealing.passphrase);
  for (const recipient of sealing.recipients) {
    try {
      encrypter.addRecipient(recipient);
    } catch (cause) {
      throw new Failure(`"${recipient}" is not the public key of an age recipient`, {
        hint: 'make one with age-keygen; its public key begins with age1',
        cause,
      });
    }
  }
  yield* await encrypter.encrypt(ReadableStream.from(chunks));
}

/** Decrypts a stream. @throws Failure when nothing that was given opens it, or it was changed */
export async function* opened(
  chunks: AsyncIterable<Uint8Array>,
  { passphrase, identities }: Sealing,
  file: string,
): AsyncGenerator<Uint8Array> {
  if (passphrase === undefined && identities.length === 0) {
    throw new Failure(`${file} is encrypted`, {
      hint: 'name what opens it: --passphrase-file FILE, or --identity FILE',
      file,
    });
  }
  const decrypter = new Decrypter();
  if (passphrase !== undefined) decrypter.addPassphrase(passphrase);
  for (const identity of identities) decrypter.addIdentity(identity);
  const isHeader = { done: false };
  try {
    const content = await decrypter.decrypt(ReadableStream.from(chunks));
    isHeader.done = true;
    yield* content;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Failure(`${file} cannot be decrypted: ${reason}`, {
      hint: isHeader.done
        ? 'the file was cut off or changed: take another backup'
        : 'check the passphrase or the identity: it is none of those that the file was encrypted for',
      file,
      cause,
    });
  }
}

function passphraseIn(path: string): string {
  const passphrase = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  if (passphrase !== '' && !passphrase.includes('\n')) return passphrase;
  throw new Failure(`${path} has no passphrase: expected one line`, {
    hint: 'write the passphrase into its first line, such as with: openssl rand -base64 24',
    file: path,
  });
}

function identitiesIn(path: string): string[] {
  const identities = readFileSync(path, 'utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (identities.length > 0 && identities.every((line) => line.startsWith('AGE-SECRET-KEY-')))
    return identities;
  throw new Failure(`${path} has no secret keys of age`, {
    hint: 'name the file that age-keygen wrote: its keys begin with AGE-SECRET-KEY-',
    file: path,
  });
}
