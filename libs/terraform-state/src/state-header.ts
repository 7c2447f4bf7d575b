import { type Member, scanObject } from './json-scan.ts';
import { EncryptedStateError, StateError } from './state-error.ts';

/** The version of the format that Terraform has written since 0.12. */
const formatVersion = 4;
/** The one that OpenTofu has written since 1.7. */
const encryptionVersion = 'v0';
/** Characters of the lineage, which is a UUID where Terraform makes it, and of a version. */
const textMax = 256;

/** What a state says of itself. */
export interface StateHeader {
  /** The program that wrote it, such as `1.11.4`; empty where that is encrypted. */
  readonly terraformVersion: string;
  /** Grows with every version of a state. */
  readonly serial: number;
  /** The same for all versions of one state. */
  readonly lineage: string;
  /** Resources that it has, each with one or more instances; 0 where they are encrypted. */
  readonly resources: number;
  /** Whether OpenTofu has encrypted all but serial and lineage. */
  readonly isEncrypted: boolean;
  /** Where its serial stands: first byte, and the one behind it. */
  readonly serialAt: readonly [start: number, end: number];
}

/**
 * Reads what a state says of itself, and checks that the text is whole.
 * Spec: Terraform, internal/states/statefile, format version 4; OpenTofu, internal/encryption, `encryption_version` v0.
 * @throws StateError when the text is no JSON, or no state
 */
export function readHeader(bytes: Uint8Array): StateHeader {
  const members = scanObject(bytes);
  const read = (name: string): unknown => {
    const member = members.get(name);
    return member && (JSON.parse(textOf(bytes, member)) as unknown);
  };
  const isEncrypted = members.has('encryption_version');
  if (isEncrypted) requireEncryption(read('encryption_version'), read('encrypted_data'));
  const version = read('version');
  if (!isEncrypted && version !== formatVersion) {
    throw new StateError(
      `version: expected ${formatVersion}, found ${shown(version)}; Terraform has written version 4 since 0.12, and OpenTofu always`,
    );
  }
  const serial = read('serial');
  if (typeof serial !== 'number' || !Number.isSafeInteger(serial) || serial < 0) {
    throw new StateError(`serial: expected a whole number from 0 to 2^53 - 1, found ${shown(serial)}`);
  }
  const lineage = read('lineage');
  if (!isShortText(lineage) || lineage === '') {
    throw new StateError(
      `lineage: expected a text of at most ${textMax} characters, found ${shown(lineage)}`,
    );
  }
  const terraformVersion = isEncrypted ? '' : read('terraform_version');
  if (!isShortText(terraformVersion)) {
    throw new StateError(
      `terraform_version: expected a text of at most ${textMax} characters, found ${shown(terraformVersion)}`,
    );
  }
  const at = members.get('serial');
  if (!at) throw new StateError('serial: expected a whole number, found nothing');
  const resources = members.get('resources')?.size ?? 0;
  return { terraformVersion, serial, lineage, resources, isEncrypted, serialAt: [at.start, at.end] };
}

function requireEncryption(version: unknown, data: unknown): void {
  if (version !== encryptionVersion) {
    throw new StateError(`encryption_version: expected ${encryptionVersion}, found ${shown(version)}`);
  }
  if (typeof data !== 'string' || data === '') {
    throw new StateError(`encrypted_data: expected a text, found ${shown(data)}`);
  }
}

/**
 * The same state under another serial; nothing else of the text changes.
 * @throws EncryptedStateError: the serial stands in what is encrypted as well, and OpenTofu compares the two
 */
export function withSerial(
  bytes: Uint8Array,
  { serialAt, isEncrypted }: StateHeader,
  serial: number,
): Buffer {
  if (isEncrypted) throw new EncryptedStateError();
  const [start, end] = serialAt;
  return Buffer.concat([bytes.subarray(0, start), Buffer.from(String(serial)), bytes.subarray(end)]);
}

function textOf(bytes: Uint8Array, { start, end }: Member): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString();
}

/** Whoever keeps what a state says of itself keeps it in memory. */
function isShortText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= textMax;
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 80);
}
