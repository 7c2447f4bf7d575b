/** Why a location is not ready although its source could be read. */
export type CatalogErrorCode = 'EntitiesRefused' | 'SourceEmpty';
