import { identityConverter, type Schema, setToFieldsV1, typed, Updater } from '@plinth/structured-merge';

const schema: Schema = {
  types: {
    Service: {
      map: {
        fields: [
          { name: 'selector', type: { map: { elementType: { scalar: 'string' } } } },
          {
            name: 'ports',
            type: {
              list: {
                elementType: { namedType: 'Port' },
                elementRelationship: 'associative',
                keys: ['port'],
              },
            },
          },
        ],
      },
    },
    Port: { map: { fields: [{ name: 'port', type: { scalar: 'numeric' } }] } },
  },
};

const updater = new Updater({ converter: identityConverter });
const result = updater.apply({
  live: typed(null, schema, 'Service'),
  config: typed({ selector: { app: 'web' }, ports: [{ port: 80 }] }, schema, 'Service'),
  version: 'v1',
  managers: new Map(),
  manager: 'deployer',
  force: false,
});
if (result.kind !== 'applied') throw new Error(result.kind);

/** What the manager owns now, as `managedFields[].fieldsV1`. */
export const fieldsV1 = [...result.managers.values()].map((managed) => setToFieldsV1(managed.fieldSet));
