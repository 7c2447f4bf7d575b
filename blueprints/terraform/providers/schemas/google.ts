import { cluster } from './google/cluster.ts';
import { iam } from './google/iam.ts';
import { network } from './google/network.ts';
import { nodePool } from './google/node-pool.ts';
import { provider } from './google/provider.ts';
import { sql } from './google/sql.ts';
import { storage } from './google/storage.ts';

/** Google Cloud. Spec: registry.terraform.io/providers/hashicorp/google/6.50.0/docs. */
export const google = {
  source: 'hashicorp/google',
  version: '6.50.0',
  schemas: { provider, network, iam, cluster, nodePool, storage, sql },
};
