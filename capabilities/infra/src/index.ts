export { infraCapability } from './capability.ts';
