import { compute } from './aws/compute.ts';
import { database } from './aws/database.ts';
import { iam } from './aws/iam.ts';
import { kubernetes } from './aws/kubernetes.ts';
import { network } from './aws/network.ts';
import { provider } from './aws/provider.ts';
import { storage } from './aws/storage.ts';

/** Amazon Web Services. Spec: registry.terraform.io/providers/hashicorp/aws/6.25.0/docs. */
export const aws = {
  source: 'hashicorp/aws',
  version: '6.25.0',
  schemas: { provider, network, iam, kubernetes, compute, storage, database },
};
