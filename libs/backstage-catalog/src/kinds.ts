import type { JSONSchemaProps } from '@plinth/structural-schema';

/** A field of a specification that names other entities, and what that makes of them. */
export interface RelationField {
  readonly field: string;
  readonly type: string;
  /** The same edge, seen from the other side. */
  readonly reverse: string;
  /** Kind of references that name none; absent where they have to. */
  readonly defaultKind?: string;
}

/** A kind of entity whose specification is known. */
export interface EntityKind {
  readonly apiVersions: readonly string[];
  readonly spec: JSONSchemaProps;
  readonly relations: readonly RelationField[];
}

const text: JSONSchemaProps = { type: 'string', minLength: 1 };
const texts: JSONSchemaProps = { type: 'array', items: text };
const anyText: JSONSchemaProps = { type: 'string' };
const anything: JSONSchemaProps = { 'x-kubernetes-preserve-unknown-fields': true };

const object = (
  properties: Record<string, JSONSchemaProps>,
  required: readonly string[] = [],
): JSONSchemaProps => ({
  type: 'object',
  properties,
  required,
  'x-kubernetes-preserve-unknown-fields': true,
});
const list = (items: JSONSchemaProps): JSONSchemaProps => ({ type: 'array', items });

const backstage = ['backstage.io/v1alpha1', 'backstage.io/v1beta1'];
const owner: RelationField = {
  field: 'owner',
  type: 'ownedBy',
  reverse: 'ownerOf',
  defaultKind: 'Group',
};
const partOf = (field: string, defaultKind: string): RelationField => ({
  field,
  type: 'partOf',
  reverse: 'hasPart',
  defaultKind,
});
const dependencies: readonly RelationField[] = [
  { field: 'dependsOn', type: 'dependsOn', reverse: 'dependencyOf' },
  { field: 'dependencyOf', type: 'dependencyOf', reverse: 'dependsOn' },
];
const profile = object({ displayName: text, email: text, picture: text });
/** Who may see a page of a form, or a step. */
export const permissions = object({ 'backstage:permissions': object({ tags: list(anyText) }) });

const template = object(
  {
    type: text,
    owner: text,
    lifecycle: text,
    // A page of a form or a list of pages, which `templateErrors` tells apart.
    parameters: anything,
    secrets: object({ schema: object({}) }),
    presentation: object({
      buttonLabels: object({
        backButtonText: anyText,
        createButtonText: anyText,
        reviewButtonText: anyText,
      }),
    }),
    formDecorators: list(object({ id: anyText, input: object({}) })),
    steps: list(
      object(
        {
          id: anyText,
          name: anyText,
          action: anyText,
          input: object({}),
          if: anything,
          ...permissions.properties,
        },
        ['action'],
      ),
    ),
    output: object({
      links: list(object({ if: anything, url: text, entityRef: text, title: text, icon: text })),
      text: list(object({ if: anything, title: text, icon: text, content: anyText })),
    }),
  },
  ['type', 'steps'],
);

/**
 * The kinds of the catalog by their names.
 * Spec: Backstage, descriptor format; catalog-model 1.10 and the Template of scaffolder.backstage.io/v1beta3.
 */
export const entityKinds: Readonly<Record<string, EntityKind>> = {
  Component: {
    apiVersions: backstage,
    spec: object(
      {
        type: text,
        lifecycle: text,
        owner: text,
        system: text,
        subcomponentOf: text,
        providesApis: texts,
        consumesApis: texts,
        dependsOn: texts,
      },
      ['type', 'lifecycle', 'owner'],
    ),
    relations: [
      owner,
      partOf('subcomponentOf', 'Component'),
      { field: 'providesApis', type: 'providesApi', reverse: 'apiProvidedBy', defaultKind: 'API' },
      { field: 'consumesApis', type: 'consumesApi', reverse: 'apiConsumedBy', defaultKind: 'API' },
      ...dependencies,
      partOf('system', 'System'),
    ],
  },
  API: {
    apiVersions: backstage,
    spec: object({ type: text, lifecycle: text, owner: text, system: text, definition: text }, [
      'type',
      'lifecycle',
      'owner',
      'definition',
    ]),
    relations: [owner, partOf('system', 'System')],
  },
  Resource: {
    apiVersions: backstage,
    spec: object({ type: text, owner: text, system: text, dependsOn: texts }, ['type', 'owner']),
    relations: [owner, ...dependencies, partOf('system', 'System')],
  },
  System: {
    apiVersions: backstage,
    spec: object({ owner: text, domain: text, type: text }, ['owner']),
    relations: [owner, partOf('domain', 'Domain')],
  },
  Domain: {
    apiVersions: backstage,
    spec: object({ owner: text, subdomainOf: text, type: text }, ['owner']),
    relations: [owner, partOf('subdomainOf', 'Domain')],
  },
  Group: {
    apiVersions: backstage,
    spec: object({ type: text, profile, parent: text, children: texts, members: texts }, [
      'type',
      'children',
    ]),
    relations: [
      { field: 'parent', type: 'childOf', reverse: 'parentOf', defaultKind: 'Group' },
      { field: 'children', type: 'parentOf', reverse: 'childOf', defaultKind: 'Group' },
      { field: 'members', type: 'hasMember', reverse: 'memberOf', defaultKind: 'User' },
    ],
  },
  User: {
    apiVersions: backstage,
    spec: object({ profile, memberOf: texts }, ['memberOf']),
    relations: [{ field: 'memberOf', type: 'memberOf', reverse: 'hasMember', defaultKind: 'Group' }],
  },
  Location: {
    apiVersions: backstage,
    spec: object({
      type: text,
      target: text,
      targets: texts,
      presence: { type: 'string', enum: ['required', 'optional'] },
    }),
    relations: [],
  },
  Template: { apiVersions: ['scaffolder.backstage.io/v1beta3'], spec: template, relations: [owner] },
};
