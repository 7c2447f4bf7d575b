import { writeFileSync } from 'node:fs';
import {
  type CtyObject,
  type Provider,
  ProviderError,
  type Resource,
  serveProvider,
  unknownValue,
} from '@plinth/tfplugin';

// A provider of our own that refuses, fails and forgets on demand: `mode` says what a resource does.

const stopped = Promise.withResolvers<void>();

const account: Resource = {
  schema: {
    version: 2,
    block: {
      attributes: {
        id: { type: 'string', computed: true },
        mode: { type: 'string', optional: true },
        owner: { type: 'string', optional: true },
        stamp: { type: 'string', computed: true },
      },
      block_types: {
        port: { nesting_mode: 'list', block: { attributes: { number: { type: 'number', required: true } } } },
      },
    },
  },
  validate(config, diagnostics) {
    const ports = config['port'];
    if (!Array.isArray(ports)) return;
    for (const [index, port] of ports.entries()) {
      if (port.number > 65_535)
        diagnostics.error('Port out of range', { detail: 'At most 65535.', path: ['port', index, 'number'] });
    }
    if (config['mode'] === 'odd') diagnostics.warn('An odd mode', { path: ['mode'] });
  },
  plan({ prior, proposed, private: bytes }) {
    if (proposed['mode'] === 'invalid plan') return { state: { ...proposed, owner: 'somebody else' } };
    if (proposed['mode'] === 'bad value') return { state: { ...proposed, id: ['no', 'text'] } };
    return { state: { ...proposed, id: prior?.['id'] ?? unknownValue, stamp: unknownValue }, private: bytes };
  },
  async create({ planned }, diagnostics) {
    const state = { ...planned, id: 'account-1', stamp: 'created' };
    if (planned['mode'] === 'refuse')
      throw new ProviderError('No more accounts', { detail: 'Ask for more.', path: ['mode'] });
    if (planned['mode'] === 'crash') throw new RangeError('the disk is on fire');
    if (planned['mode'] === 'half') diagnostics.error('Only half of it was created');
    if (planned['mode'] === 'hang') {
      writeFileSync('provider.pid', String(process.pid));
      setInterval(() => {}, 1000);
      await stopped.promise;
      throw new ProviderError('Stopped while it waited');
    }
    return { state, private: new TextEncoder().encode('kept') };
  },
  update({ planned, private: bytes }) {
    return { state: { ...planned, stamp: `updated, ${new TextDecoder().decode(bytes)}` } };
  },
  delete({ state }) {
    if (state['owner'] === 'nobody may') throw new ProviderError('The account is protected');
  },
  read: (current) => (current.state['owner'] === 'gone' ? null : current),
  upgrade(raw, version) {
    const state = raw as CtyObject;
    return {
      id: state['identifier'] ?? null,
      mode: null,
      owner: `from version ${version}`,
      stamp: 'old',
      port: [],
    };
  },
  move({ typeName, raw }) {
    const state = raw as CtyObject;
    return {
      state: { id: String(state['id']), mode: null, owner: `was ${typeName}`, stamp: 'moved', port: [] },
    };
  },
};

const provider: Provider = {
  schema: { block: { attributes: { password: { type: 'string', optional: true, sensitive: true } } } },
  resources: { stub_account: account },
  stop: () => stopped.resolve(),
  configure(config) {
    if (config['password'] === 'wrong') throw new ProviderError('Wrong password', { path: ['password'] });
  },
};
await serveProvider(provider, process);
