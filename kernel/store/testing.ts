export { type PostgresServer, startPostgres } from './test/postgres-server.ts';
