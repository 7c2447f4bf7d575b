import { awsTypes } from './aws-types.ts';
import { azureTypes } from './azure-types.ts';
import { type ProviderSchema, schemaOf } from './compact-schema.ts';
import { googleTypes } from './google-types.ts';

/** The schemas of the providers that the samples are written for, by the name of the provider. */
export const schemas: Readonly<Record<string, ProviderSchema>> = {
  aws: schemaOf(awsTypes),
  azurerm: schemaOf(azureTypes),
  google: schemaOf(googleTypes),
};
