import { compute } from './azurerm/compute.ts';
import { data } from './azurerm/data.ts';
import { databricks } from './azurerm/databricks.ts';
import { firewall } from './azurerm/firewall.ts';
import { governance } from './azurerm/governance.ts';
import { kubernetes } from './azurerm/kubernetes.ts';
import { monitor } from './azurerm/monitor.ts';
import { nat } from './azurerm/nat.ts';
import { network } from './azurerm/network.ts';
import { provider } from './azurerm/provider.ts';
import { scaleSet } from './azurerm/scale-set.ts';
import { storage } from './azurerm/storage.ts';
import { vault } from './azurerm/vault.ts';

/** Azure Resource Manager. Spec: registry.terraform.io/providers/hashicorp/azurerm/4.55.0/docs. */
export const azurerm = {
  source: 'hashicorp/azurerm',
  version: '4.55.0',
  schemas: {
    provider,
    network,
    firewall,
    vault,
    storage,
    monitor,
    governance,
    kubernetes,
    compute,
    scaleSet,
    data,
    databricks,
    nat,
  },
};
