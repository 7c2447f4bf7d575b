import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Puts a provider where terraform finds it without a network, as `test.invalid/acme/NAME` 1.0.0.
 * @param directory an empty directory for it
 * @param program URL of the program, a module that Node runs
 * @returns the configuration file for TF_CLI_CONFIG_FILE
 */
export function installProvider(directory: string, name: string, program: URL): string {
  const mirror = join(directory, 'mirror');
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  const folder = join(mirror, `test.invalid/acme/${name}/1.0.0/${process.platform}_${architecture}`);
  mkdirSync(folder, { recursive: true });
  const command = [process.execPath, '--disable-warning=ExperimentalWarning', fileURLToPath(program)];
  const quoted = command.map((word) => `'${word}'`).join(' ');
  const script = `#!/bin/sh\nexec ${quoted}\n`;
  writeFileSync(join(folder, `terraform-provider-${name}_v1.0.0`), script, { mode: 0o755 });
  const configuration = join(directory, 'terraformrc');
  writeFileSync(configuration, `provider_installation {\n  filesystem_mirror { path = "${mirror}" }\n}\n`);
  return configuration;
}
