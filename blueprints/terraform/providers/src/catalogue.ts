import { aws } from '../schemas/aws.ts';
import { azurerm } from '../schemas/azurerm.ts';
import { databricks } from '../schemas/databricks.ts';
import { fabric } from '../schemas/fabric.ts';
import { google } from '../schemas/google.ts';

/** A provider that there is a stub of. */
export interface StubbedProvider {
  /** `hashicorp/azurerm` of the public registry. */
  readonly source: string;
  /** Of the provider whose schemas these are. */
  readonly version: string;
  /** In the notation of `schema-notation.ts`, by name. */
  readonly schemas: Readonly<Record<string, string>>;
}

/** All stubs, by the name that configurations call the provider by. */
export const stubbedProviders: Readonly<Record<string, StubbedProvider>> = {
  aws,
  azurerm,
  databricks,
  fabric,
  google,
};
