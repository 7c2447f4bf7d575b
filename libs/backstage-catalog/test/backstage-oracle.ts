import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as model from '@backstage/catalog-model';

const require = createRequire(import.meta.url);

const validators = [
  model.apiEntityV1alpha1Validator,
  model.componentEntityV1alpha1Validator,
  model.resourceEntityV1alpha1Validator,
  model.groupEntityV1alpha1Validator,
  model.locationEntityV1alpha1Validator,
  model.userEntityV1alpha1Validator,
  model.systemEntityV1alpha1Validator,
  model.domainEntityV1alpha1Validator,
];

const policy = model.EntityPolicies.allOf([
  new model.SchemaValidEntityPolicy(),
  new model.DefaultNamespaceEntityPolicy(),
  new model.NoForeignRootFieldsEntityPolicy(),
  new model.FieldFormatEntityPolicy(),
]);

/** What the catalog of Backstage says of an entity: its policies, then its kinds, in the order of its backend. */
export async function backstageVerdict(value: unknown): Promise<'valid' | 'invalid'> {
  try {
    model.entityEnvelopeSchemaValidator()(value);
    const entity = await policy.enforce(structuredClone(value) as model.Entity);
    if (!entity) return 'invalid';
    for (const validator of validators) if (await validator.check(entity)) return 'valid';
    return 'invalid';
  } catch {
    return 'invalid';
  }
}

/** The entities that the package gives as examples of its kinds. */
export function packageExamples(): unknown[] {
  const kinds = join(dirname(require.resolve('@backstage/catalog-model/package.json')), 'dist/schema/kinds');
  return readdirSync(kinds)
    .filter((name) => name.endsWith('.cjs.js'))
    .flatMap((name) => {
      const loaded = require(join(kinds, name)) as { default: { default?: { examples?: unknown[] } } };
      const schema = loaded.default.default ?? (loaded.default as { examples?: unknown[] });
      return schema.examples ?? [];
    });
}
