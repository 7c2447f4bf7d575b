export { type LabDatabase, makeLabDatabase } from './test/lab-store.ts';
export { type PostgresServer, startPostgres } from './test/postgres-server.ts';
