/** The bytes are no zip archive, or none that is read here; the message says which file and why. */
export class ZipError extends Error {
  override name = 'ZipError';
}
