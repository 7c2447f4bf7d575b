import {
  diffInterfaces,
  type InterfaceChange,
  ModuleError,
  type ModuleInterface,
  readArchive,
  readInterface,
  writeArchive,
} from '@plinth/terraform-module';
import { sha256Of } from '../content/digest.ts';
import { interfaceBytesMax } from '../limits.ts';

/** An archive that was uploaded, and the interface of the version that it is compared with. */
export interface UploadedModule {
  readonly archive: Uint8Array;
  readonly before: ModuleInterface | undefined;
}

/** A module that was looked through, as it is kept. */
export interface PackedModule {
  readonly interface: ModuleInterface;
  /** What differs from the interface before; empty when there was none. */
  readonly changes: readonly InterfaceChange[];
  readonly archive: Uint8Array;
  readonly sha256: string;
  readonly files: number;
}

/** @throws ModuleError for what is no module */
export async function packModule({ archive, before }: UploadedModule): Promise<PackedModule> {
  const files = await readArchive(archive);
  const found = await readInterface(files);
  if (JSON.stringify(found).length > interfaceBytesMax) {
    throw new ModuleError(
      `its variables and outputs take more than ${interfaceBytesMax / 1024} KiB; shorten descriptions`,
    );
  }
  const written = await writeArchive(files);
  return {
    interface: found,
    changes: before ? await diffInterfaces(before, found) : [],
    archive: written,
    sha256: sha256Of(written),
    files: files.size,
  };
}
