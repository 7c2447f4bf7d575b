export { catalogCapability } from './capability.ts';
