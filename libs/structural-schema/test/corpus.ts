import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { type CompiledSchema, compileSchema, type JSONSchemaProps } from '../src/index.ts';
import { isObject, type JsonObject } from '../src/json-value.ts';
import { parseSchema } from '../src/schema-shape.ts';

const corpora =
  process.env['PLINTH_CORPORA'] ?? join(import.meta.dirname, '..', '..', '..', '..', 'shared', 'corpora');

const manifests = join(corpora, 'manifests');

/** Why tests over the corpus are skipped, or false when it is there. */
export const corpusAbsent: string | false = existsSync(manifests) ? false : `no corpus at ${manifests}`;

/** One document of the corpus. */
export interface CorpusDocument {
  readonly file: string;
  readonly value: JsonObject;
}

/** One version of a custom resource definition of the corpus. */
export interface CorpusVersion {
  readonly file: string;
  readonly id: string;
  readonly path: string;
  readonly schema: JSONSchemaProps;
}

/** Every YAML document of the corpus that is an object. */
export function corpusDocuments(): readonly CorpusDocument[] {
  if (corpusAbsent !== false) return [];
  return readdirSync(manifests, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.ya?ml$/.test(file))
    .sort()
    .flatMap((file) =>
      parseAllDocuments(readFileSync(join(manifests, file), 'utf8'), { logLevel: 'silent' })
        .map((document) => ({ file, value: document.toJS() as unknown }))
        .filter((entry): entry is CorpusDocument => isObject(entry.value)),
    );
}

/** Every version of every custom resource definition among the documents. */
export function corpusVersions(documents: readonly CorpusDocument[]): readonly CorpusVersion[] {
  return documents.filter(({ value }) => value['kind'] === 'CustomResourceDefinition').flatMap(versionsOf);
}

function versionsOf({ file, value }: CorpusDocument): readonly CorpusVersion[] {
  const spec = value['spec'];
  if (!isObject(spec) || !Array.isArray(spec['versions'])) throw new Error(`${file}: no versions`);
  const kind = isObject(spec['names']) ? spec['names']['kind'] : undefined;
  return spec['versions'].map((version: JsonObject, index) => {
    const path = `spec.versions[${index}].schema.openAPIV3Schema`;
    const holder = version['schema'];
    const parsed = parseSchema(isObject(holder) ? holder['openAPIV3Schema'] : undefined, path);
    if (!parsed.ok) throw new Error(`${file}: ${JSON.stringify(parsed.errors[0])}`);
    return { file, id: `${spec['group']}/${version['name']}/${kind}`, path, schema: parsed.schema };
  });
}

/** An example of a kind whose definition is in the corpus. */
export interface CorpusExample extends CorpusDocument {
  readonly id: string;
  readonly compiled: CompiledSchema;
  readonly schema: JSONSchemaProps;
}

/** The examples of the corpus for which there is a definition. */
export function corpusExamples(
  documents: readonly CorpusDocument[],
  versions: readonly CorpusVersion[],
): readonly CorpusExample[] {
  const known = new Map(
    versions.map(({ id, schema }) => [id, { schema, compiled: compileSchema(schema) }] as const),
  );
  return documents.flatMap((document) => {
    const id = `${document.value['apiVersion']}/${document.value['kind']}`;
    const found = known.get(id);
    return found === undefined ? [] : [{ ...document, ...found, id }];
  });
}
