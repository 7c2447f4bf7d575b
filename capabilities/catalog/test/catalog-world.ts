import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Client, type Kernel, startKernel, systemClock, systemRandom } from '@plinth/kernel';
import { draft } from '@plinth/kernel/testing';
import { type CatalogEntity, catalogEntities, isCatalogEntity } from '../src/catalog-entity-kind.ts';
import { type CatalogLocation, catalogLocations, isCatalogLocation } from '../src/catalog-location-kind.ts';
import { catalogCapability } from '../src/index.ts';

/** A control plane with the catalog alone, and a directory of entity files. */
export class CatalogWorld {
  readonly home = mkdtempSync(join(tmpdir(), 'plinth-catalog-'));
  readonly source = join(this.home, 'source');
  readonly faults: unknown[] = [];
  #kernel: Kernel | undefined;

  async start(): Promise<void> {
    mkdirSync(this.source, { recursive: true });
    this.#kernel = await startKernel({
      dataDirectory: join(this.home, 'data'),
      port: 0,
      host: '127.0.0.1',
      version: 'test',
      capabilities: [catalogCapability],
      clock: systemClock,
      random: systemRandom,
      onFault: (what, error) => this.faults.push([what, error]),
    });
  }

  get client(): Client {
    if (!this.#kernel) throw new Error('the control plane is not started');
    return this.#kernel.client('test');
  }

  async stop(): Promise<void> {
    await this.#kernel?.close();
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.home, { recursive: true, force: true });
  }

  /** Writes a file of the source. @param at directory of it, `source` unless told */
  write(path: string, text: string, at = this.source): void {
    const file = join(at, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  async locate(name: string, spec: object, namespace = 'default'): Promise<void> {
    const object = draft('plinth.dev/v1alpha1', 'CatalogLocation', { name, namespace }, { spec });
    await this.client.create(catalogLocations, object);
  }

  location(name: string): CatalogLocation | undefined {
    const found = this.client.get(catalogLocations, { namespace: 'default', name });
    return isCatalogLocation(found) ? found : undefined;
  }

  entity(name: string): CatalogEntity | undefined {
    const found = this.client.get(catalogEntities, { namespace: 'default', name });
    return isCatalogEntity(found) ? found : undefined;
  }

  names(): string[] {
    return this.client
      .list(catalogEntities, { namespace: 'default' })
      .map(({ metadata }) => metadata.name)
      .sort();
  }

  /** `REASON: MESSAGE` of the condition Ready. */
  ready(name: string): string {
    const found = this.location(name)?.status?.conditions?.find(({ type }) => type === 'Ready');
    return `${found?.reason}: ${found?.message}`;
  }

  /** Waits until something holds, for 20 s at most. */
  async until(what: string, is: () => boolean): Promise<void> {
    for (let i = 0; i < 2_000; i++) {
      if (is()) return;
      await pause(10);
    }
    throw new Error(`not within 20 s: ${what}; ${this.names().join(', ')}; ${this.ready('all')}`);
  }
}

/** A component in YAML. */
export function component(name: string, more = ''): string {
  return [
    'apiVersion: backstage.io/v1alpha1',
    'kind: Component',
    `metadata: {name: ${name}}`,
    `spec: {type: service, lifecycle: production, owner: pay${more}}`,
    '',
  ].join('\n');
}

/** A Location in YAML. */
export function locationEntity(name: string, spec: string): string {
  return `apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata: {name: ${name}}\nspec: ${spec}\n`;
}
