import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stubbedProviders } from './catalogue.ts';

const program = fileURLToPath(new URL('../serve.ts', import.meta.url));

/** Where a provider comes from that is named without a host: asked by Terraform, and by OpenTofu. */
export const registryHosts = ['registry.terraform.io', 'registry.opentofu.org'];

/**
 * Writes a mirror with all stub providers, and a configuration of Terraform's command line that takes providers from nowhere else.
 * @param folder - absolute; is made when it is not there.
 * @returns the path of the configuration, for `TF_CLI_CONFIG_FILE`.
 * Spec: Terraform, "CLI Configuration", "Implied Local Mirror Directories", unpacked layout.
 */
export function writeMirror(folder: string): string {
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  for (const [name, { source, version }] of Object.entries(stubbedProviders)) {
    for (const host of registryHosts) {
      const target = join(folder, host, source, version, `${process.platform}_${architecture}`);
      mkdirSync(target, { recursive: true });
      const script = startScript(name, folder);
      writeFileSync(join(target, `terraform-provider-${name}_v${version}`), script, { mode: 0o755 });
    }
  }
  const config = join(folder, 'terraform.rc');
  const mirror = `  filesystem_mirror {\n    path = ${JSON.stringify(folder)}\n  }\n`;
  writeFileSync(config, `disable_checkpoint = true\nprovider_installation {\n${mirror}}\n`);
  return config;
}

/** Terraform starts a provider for every command, several times for some: compiling it anew would take half of the time. */
function startScript(name: string, folder: string): string {
  const command = [process.execPath, '--disable-warning=ExperimentalWarning', program, name];
  const words = command.map(quote).join(' ');
  const cache = `NODE_COMPILE_CACHE="\${NODE_COMPILE_CACHE:-"${join(folder, 'compiled')}"}"`;
  return `#!/bin/sh\nexport ${cache}\nexec ${words}\n`;
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
