export { type Entity, type EntityMeta, type EntityRelation, isRecord } from './entity.ts';
export { fillPlaceholders, type Placeholder, PlaceholderError } from './placeholders.ts';
export { type EntityDocument, readEntityDocuments, refOfDocument } from './read-entities.ts';
export { defaultNamespace, type EntityRef, parseEntityRef, refOf, stringifyEntityRef } from './ref.ts';
export { type DeclaredRelation, relationsOf } from './relations.ts';
export { checkEntity, type EntityVerdict } from './validate.ts';
