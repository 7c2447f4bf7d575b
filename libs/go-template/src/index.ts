export { encodeQuery, type TemplateFunction } from './builtins.ts';
export { Template } from './template.ts';
export { TemplateError } from './template-error.ts';
export { GoMap, type GoObject, GoStruct, isList, type Value } from './value.ts';
