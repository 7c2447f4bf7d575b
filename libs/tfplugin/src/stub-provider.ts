import { hash as digest } from 'node:crypto';
import { type CtyObject, type CtyValue, canonicalText, isCtyArray, isCtyObject } from './cty-value.ts';
import { ProviderError } from './diagnostic.ts';
import { emptyValue } from './empty-value.ts';
import { markComputed, planComputed } from './plan.ts';
import type {
  ApplyRequest,
  DataSource,
  EphemeralResource,
  Plan,
  PlanRequest,
  Provider,
  ProviderFunction,
  Resource,
  ResourceState,
} from './provider.ts';
import { findProviderSchemas, parseSchema, parseSignature } from './provider-schemas.ts';
import { type Block, type Schema, typeOfBlock } from './schema.ts';
import { StubValues, type ValueSource } from './stub-value.ts';

/** What a stub does differently. */
export interface StubOptions {
  /** Of the provider, when the JSON holds more than one: `registry.terraform.io/hashicorp/aws`. */
  readonly address?: string;
  /** The types of resources, data sources and ephemeral resources to serve; absent: all. The fewer, the faster. */
  readonly types?: readonly string[];
  /** Attributes whose change takes a new resource, by resource type: `name`, or `rule.port` for an attribute in blocks. */
  readonly replaceOn?: Readonly<Record<string, readonly string[]>>;
  /** Another seed gives other values. */
  readonly seed?: string;
  /**
   * How many resources there were with this hash of type and configuration: equal ones differ by it. Absent: counted for as long as
   * the process lives. To tell apart those of different runs, keep the counts in a file.
   */
  readonly count?: (hash: string) => number | Promise<number>;
  /** Makes values up; what it returns undefined for is made up by the stub. */
  readonly value?: ValueSource;
  /** Functions by name. The signature comes from the schema; those that are not here refuse to be called. */
  readonly functions?: Readonly<Record<string, ProviderFunction['call']>>;
}

const imported = new TextEncoder().encode('imported');
const noBytes = new Uint8Array();

/**
 * A provider with the schema of another one and nothing behind it: plans, applies, reads, imports and destroys without a network.
 * Computed values are made up, the same for the same configuration; the state is all that is kept.
 * @param schemaJson - what `terraform providers schema -json` prints, parsed, or one entry of its `provider_schemas`.
 * @throws ValueError when it is no such JSON. A type's own schema is looked at when it is first used.
 */
export function stubProvider(schemaJson: unknown, options: StubOptions = {}): Provider {
  const schemas = findProviderSchemas(schemaJson, options.address);
  const world = new StubWorld(options);
  const served = options.types === undefined ? undefined : new Set(options.types);
  const table = <T>(json: object, make: (name: string, schema: unknown) => T): Record<string, T> =>
    Object.fromEntries(
      Object.entries(json)
        .filter(([name]) => served === undefined || served.has(name))
        .map(([name, schema]) => [name, make(name, schema)]),
    );
  return {
    schema: parseSchema(schemas.provider, ['provider']),
    resources: table(schemas.resources, (name, json) => new StubResource(name, json, world)),
    dataSources: table(schemas.dataSources, (name, json) => new StubDataSource(name, json, world)),
    ephemeralResources: table(
      schemas.ephemeralResources,
      (name, json) => new StubEphemeralResource(name, json, world),
    ),
    functions: Object.fromEntries(
      Object.entries(schemas.functions).map(([name, json]) => [name, stubFunction(name, json, options)]),
    ),
  };
}

function stubFunction(name: string, json: unknown, { functions }: StubOptions): ProviderFunction {
  const call = functions?.[name];
  const refuse = (): never => {
    throw new ProviderError(`This stub does not compute the function ${name}`);
  };
  return { signature: parseSignature(json, ['functions', name]), call: call ?? refuse };
}

/** What all resources of a stub share. */
class StubWorld {
  readonly options: StubOptions;
  readonly #counts = new Map<string, number>();

  constructor(options: StubOptions) {
    this.options = options;
  }

  values(typeName: string, known: CtyObject, hash: string): StubValues {
    return new StubValues(typeName, known, hash, this.options.value ?? (() => undefined));
  }

  hash(...parts: readonly string[]): string {
    return digest('sha256', JSON.stringify([this.options.seed ?? '', ...parts]), 'hex');
  }

  async count(hash: string): Promise<number> {
    if (this.options.count !== undefined) return this.options.count(hash);
    const before = this.#counts.get(hash) ?? 0;
    this.#counts.set(hash, before + 1);
    return before;
  }
}

/** A type of the stub, whose schema is read when it is first used. */
abstract class StubType {
  readonly typeName: string;
  protected readonly world: StubWorld;
  readonly #json: unknown;
  #schema: Schema | undefined;

  constructor(typeName: string, json: unknown, world: StubWorld) {
    this.typeName = typeName;
    this.world = world;
    this.#json = json;
  }

  get schema(): Schema {
    this.#schema ??= parseSchema(this.#json, [this.typeName]);
    return this.#schema;
  }

  get block(): Block {
    return this.schema.block ?? {};
  }

  /** The same configuration gives the same values. */
  protected answer(config: CtyObject): CtyObject {
    const hash = this.world.hash(this.typeName, canonicalText(config, typeOfBlock(this.block)));
    return this.world.values(this.typeName, markComputed(this.block, config), hash).fill(this.block);
  }
}

class StubResource extends StubType implements Resource {
  plan(request: PlanRequest): Plan {
    const named = this.world.options.replaceOn?.[this.typeName] ?? [];
    const { prior } = request;
    // An import knows the identifier only: what the configuration says then is no change of what was there.
    const isImported = Buffer.from(request.private).equals(imported);
    const replaceOn = isImported
      ? named.filter((name) => !isBlank(prior?.[name.replace(/\..*/, '')]))
      : named;
    return planComputed(this.block, request, replaceOn);
  }

  async create({ planned }: ApplyRequest): Promise<ResourceState> {
    const same = this.world.hash(this.typeName, canonicalText(planned, typeOfBlock(this.block)));
    const hash = this.world.hash(same, String(await this.world.count(same)));
    return { state: this.world.values(this.typeName, planned, hash).fill(this.block) };
  }

  update({ planned }: ApplyRequest): ResourceState {
    const hash = this.world.hash(this.typeName, canonicalText(planned, typeOfBlock(this.block)));
    return { state: this.world.values(this.typeName, planned, hash).fill(this.block), private: noBytes };
  }

  import(id: string): ResourceState {
    const attributes = this.block.attributes ?? {};
    const key = ['id', 'name'].find((name) => attributes[name]?.type === 'string');
    if (key === undefined)
      throw new ProviderError(`${this.typeName} has neither an id nor a name to import it by`);
    const known = { ...emptyValue(this.block), [key]: id };
    const values = this.world.values(this.typeName, known, this.world.hash(this.typeName, 'import', id));
    return { state: values.fill(this.block), private: imported };
  }
}

class StubDataSource extends StubType implements DataSource {
  read(config: CtyObject): CtyObject {
    return this.answer(config);
  }
}

class StubEphemeralResource extends StubType implements EphemeralResource {
  open(config: CtyObject): { result: CtyObject } {
    return { result: this.answer(config) };
  }
}

function isBlank(value: CtyValue | undefined): boolean {
  if (isCtyArray(value)) return value.length === 0;
  return value === undefined || value === null || (isCtyObject(value) && Object.keys(value).length === 0);
}
