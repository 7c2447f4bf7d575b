import { equalJson, isObject, type KindDefinition, type KubeObject, StatusError } from '@plinth/kernel';

/** Who makes objects for what is uploaded. */
const uploader = 'system:plinth:infra';

/**
 * The rules of objects that stand for something that was uploaded: only an upload makes them, and of their specs nothing is changed
 * but what says what people think of it.
 * @param changeable fields of the spec that may be changed
 * @param how what has to be done instead of making one
 */
export function uploadedStrategy(
  finalizer: string,
  changeable: readonly string[],
  how: string,
): NonNullable<KindDefinition['strategy']> {
  return {
    prepare({ metadata }) {
      const { finalizers = [], deletionTimestamp } = metadata;
      // Without it the content would stay behind, and nobody would know of it.
      if (deletionTimestamp === undefined && !finalizers.includes(finalizer)) {
        metadata.finalizers = [...finalizers, finalizer];
      }
    },
    admit(object, old, { user, operation }) {
      if (operation === 'create' && user.username !== uploader) {
        throw new StatusError(403, 'Forbidden', `only an upload makes a ${object.kind}: ${how}`);
      }
      if (operation === 'update' && old && !equalJson(fixed(object, changeable), fixed(old, changeable))) {
        const may = changeable.map((field) => `spec.${field}`).join(' and ');
        throw new StatusError(
          422,
          'Invalid',
          `what was uploaded cannot be changed${may === '' ? '' : `, only ${may} can`}; upload another version`,
        );
      }
    },
  };
}

/** The fields of a spec that stay as they are. */
function fixed(object: KubeObject, changeable: readonly string[]): Record<string, unknown> {
  const { spec } = object as KubeObject & { spec?: unknown };
  return Object.fromEntries(
    Object.entries(isObject(spec) ? spec : {}).filter(([field]) => !changeable.includes(field)),
  );
}
