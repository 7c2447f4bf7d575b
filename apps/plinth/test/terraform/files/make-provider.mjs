// Writes the package of a provider: node make-provider.mjs FILE VERSION [what stands in it besides [bytes of padding]]. It is a script that runs the
// program of $NOTES_PROVIDER, stored in a zip archive. Prints the platform that it is for.
import { writeFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';

const [file, version, comment = '', pad = '0'] = process.argv.slice(2);
const name = Buffer.from(`terraform-provider-notes_v${version}`);
const content = Buffer.from(
  `#!/bin/sh\n# ${comment}\nexec '${process.execPath}' --disable-warning=ExperimentalWarning '${process.env.NOTES_PROVIDER}'\n${'#'.repeat(Number(pad))}`,
);
const field = (size, value) => {
  const bytes = Buffer.alloc(size);
  bytes.writeUIntLE(value, 0, size);
  return bytes;
};
const sizes = [field(4, crc32(content)), field(4, content.length), field(4, content.length)];
const head = [field(2, 20), field(2, 0), field(2, 0), field(4, 0), ...sizes, field(2, name.length), field(2, 0)];
const local = Buffer.concat([Buffer.from('PK\x03\x04'), ...head, name, content]);
const attributes = [field(2, 0), field(2, 0), field(2, 0), field(4, 0o100755 * 65536), field(4, 0)];
const entry = Buffer.concat([Buffer.from('PK\x01\x02'), field(1, 20), field(1, 3), ...head, ...attributes, name]);
const counts = [field(2, 0), field(2, 0), field(2, 1), field(2, 1)];
const end = [Buffer.from('PK\x05\x06'), ...counts, field(4, entry.length), field(4, local.length), field(2, 0)];
writeFileSync(file, Buffer.concat([local, entry, ...end]));
console.log(`${process.platform}_${process.arch === 'x64' ? 'amd64' : process.arch}`);
