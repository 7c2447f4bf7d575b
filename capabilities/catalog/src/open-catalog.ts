export { type CatalogApi, catalogApi } from './api/catalog-protocol.ts';
export { locationController } from './location/location-controller.ts';
