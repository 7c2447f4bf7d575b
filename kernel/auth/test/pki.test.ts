import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type ConnectionOptions, connect, createServer, type TLSSocket } from 'node:tls';
import { KubeConfig } from '@kubernetes/client-node';
import { KeyError } from '../../crypto/key-error.ts';
import { StatusError } from '../../model/status-error.ts';
import { systemClock } from '../../ports/clock.ts';
import { systemRandom } from '../../ports/random.ts';
import { ClientCertificates } from '../authenticators/client-certificate.ts';
import { openPki, type Pki } from '../pki/certificate-authority.ts';
import { writeKubeconfig } from '../pki/kubeconfig.ts';
import type { UserInfo } from '../port.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const admin = { commonName: 'plinth-admin', organizations: ['system:masters'], ttlMs: dayMs };

function newDirectory(): string {
  return join(mkdtempSync(join(tmpdir(), 'plinth-pki-')), 'pki');
}

function at(time: { now: number }) {
  return { clock: { ...systemClock, now: () => time.now }, random: systemRandom };
}

const open = (directory: string, extraNames: string[] = []) =>
  openPki(directory, { clock: systemClock, random: systemRandom, extraNames });

test('files are private, and a second start makes nothing anew', async () => {
  const directory = newDirectory();
  const first = await open(directory);
  assert.equal(statSync(directory).mode & 0o777, 0o700);
  assert.deepEqual(readdirSync(directory).sort(), ['ca.crt', 'ca.key', 'server.crt', 'server.key']);
  for (const name of readdirSync(directory))
    assert.equal(statSync(join(directory, name)).mode & 0o777, 0o600, name);
  const second = await open(directory);
  assert.equal(second.ca, first.ca);
  assert.equal(second.server.certificate, first.server.certificate);
  assert.equal(JSON.stringify(first.server.key), '"[redacted]"');
});

test('a thread makes certificates, and an existing directory is opened without one', async (t) => {
  const directory = newDirectory();
  let threads = 0;
  const count = (): void => void threads++;
  process.on('worker', count);
  t.after(() => process.off('worker', count));
  await (await open(directory)).adminCertificate();
  assert.equal(threads, 1);
  const pki = await open(directory);
  await pki.adminCertificate();
  assert.equal(threads, 1);
  await Promise.all([pki.issueClientCertificate(admin), pki.issueClientCertificate(admin)]);
  assert.equal(threads, 2);
});

test('the server certificate has all names, and is renewed for a new one', async () => {
  const directory = newDirectory();
  const { server } = await open(directory);
  const certificate = new X509Certificate(server.certificate);
  for (const name of ['localhost', hostname(), 'kubernetes', 'kubernetes.default.svc'])
    assert.ok(certificate.checkHost(name), name);
  for (const address of ['127.0.0.1', '::1']) assert.ok(certificate.checkIP(address), address);
  assert.equal(certificate.checkHost('plinth.example'), undefined);
  const more = await open(directory, ['plinth.example', '10.0.0.7']);
  const renewed = new X509Certificate(more.server.certificate);
  assert.ok(renewed.checkHost('plinth.example') && renewed.checkIP('10.0.0.7'));
  const fewer = await open(directory);
  assert.equal(fewer.server.certificate, more.server.certificate, 'a name too many is no reason to renew');
});

test('certificates are renewed near their end, and the authority keeps its key', async () => {
  const directory = newDirectory();
  const time = { now: Date.now() };
  const pki = await openPki(directory, at(time));
  const begun = new X509Certificate(pki.server.certificate).validFromDate.getTime();
  assert.ok(Math.abs(begun - (time.now - 300_000)) < 1000, 'five minutes back');
  const client = await pki.issueClientCertificate({ ...admin, ttlMs: 3649 * dayMs });

  time.now += 300 * dayMs;
  assert.equal((await openPki(directory, at(time))).server.certificate, pki.server.certificate);
  time.now += 10 * dayMs;
  const later = await openPki(directory, at(time));
  assert.notEqual(later.server.certificate, pki.server.certificate);
  assert.equal(later.ca, pki.ca);

  time.now += 3000 * dayMs;
  const old = await openPki(directory, at(time));
  assert.notEqual(old.ca, pki.ca);
  const authority = new X509Certificate(old.ca);
  for (const text of [old.server.certificate, client.certificate]) {
    const certificate = new X509Certificate(text);
    assert.ok(certificate.checkIssued(authority) && certificate.verify(authority.publicKey));
  }
  const beyond = await old.issueClientCertificate({ ...admin, ttlMs: 9999 * dayMs });
  assert.ok(new X509Certificate(beyond.certificate).validToDate <= authority.validToDate);
});

test('a clock that was set back beyond the certificates gets new ones', async () => {
  const directory = newDirectory();
  const time = { now: Date.now() };
  const before = await openPki(directory, at(time));
  time.now -= 250_000;
  assert.equal((await openPki(directory, at(time))).server.certificate, before.server.certificate);
  time.now -= dayMs;
  const after = await openPki(directory, at(time));
  assert.notEqual(after.server.certificate, before.server.certificate);
  assert.ok(new X509Certificate(after.server.certificate).verify(new X509Certificate(before.ca).publicKey));
});

test('a directory that others can read, or whose files are mixed up, is refused', async () => {
  const directory = newDirectory();
  await open(directory);
  const code = (expected: string) => (error: unknown) =>
    error instanceof KeyError && error.code === expected && error.hint !== '';
  chmodSync(directory, 0o750);
  await assert.rejects(open(directory), code('key.permission'));
  chmodSync(directory, 0o700);
  chmodSync(join(directory, 'ca.key'), 0o604);
  await assert.rejects(open(directory), code('key.permission'));
  chmodSync(join(directory, 'ca.key'), 0o600);
  rmSync(join(directory, 'server.key'));
  await open(directory);
  writeFileSync(join(directory, 'ca.crt'), 'not a certificate');
  await assert.rejects(open(directory), code('key.damaged'));
});

test('names are data: none becomes another attribute', async () => {
  const pki = await open(newDirectory());
  const names = [
    'jane',
    'a, O=system:masters',
    'a+O=system:masters',
    '"x", O=y',
    '#0c0141',
    'grüße ✓',
    'a\\,b',
    ' x ',
  ];
  for (const commonName of names) {
    const { certificate } = await pki.issueClientCertificate({
      commonName,
      organizations: names,
      ttlMs: dayMs,
    });
    const { subject } = new X509Certificate(certificate).toLegacyObject();
    assert.deepEqual({ ...subject }, { O: names, CN: commonName });
  }
  for (const commonName of ['', 'a\nb', 'a\0b']) {
    await assert.rejects(pki.issueClientCertificate({ ...admin, commonName }), RangeError);
  }
  await assert.rejects(pki.issueClientCertificate({ ...admin, ttlMs: 0 }), RangeError);
});

/** Connects to a TLS server of `pki` and returns what its authenticator says of the connection, twice. */
async function meet(
  pki: Pki,
  client: ConnectionOptions,
  now: () => number = Date.now,
  resume = false,
  tenant?: string,
): Promise<(UserInfo | string | undefined)[]> {
  const authenticator = new ClientCertificates(pki.ca, { ...systemClock, now }).authenticator(tenant);
  const said: (UserInfo | string | undefined)[] = [];
  const options = {
    cert: pki.server.certificate,
    key: pki.server.key.reveal(),
    ca: pki.ca,
    requestCert: true,
    rejectUnauthorized: false,
  };
  const server = createServer(options, (socket: TLSSocket) => {
    for (let i = 0; i < 2; i++) {
      try {
        const user = authenticator.authenticate({ socket });
        assert.ok(!(user instanceof Promise));
        said.push(user);
      } catch (error) {
        assert.ok(error instanceof StatusError && error.code === 401);
        said.push(error.message);
      }
    }
    socket.end('x');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const to = { port: address.port, host: '127.0.0.1', ca: pki.ca, ...client };
  const first = connect(to);
  let session: Buffer | undefined;
  first.on('session', (given) => {
    session = given;
  });
  first.resume();
  await once(first, 'close');
  if (resume) {
    assert.ok(session, 'the server gave a session to resume');
    const second = connect({ ...to, session });
    second.resume();
    await once(second, 'secureConnect');
    assert.ok(second.isSessionReused());
    await once(second, 'close');
  }
  server.close();
  return said;
}

test('over TLS: who has a certificate of our authority is known, nobody else', async () => {
  const pki = await open(newDirectory());
  const other = await open(newDirectory());
  const pair = async (from: Pki, request = admin) => {
    const { certificate, key } = await from.issueClientCertificate(request);
    return { cert: certificate, key: key.reveal() };
  };
  const [first, second] = await meet(pki, await pair(pki));
  assert.deepEqual(first, { username: 'plinth-admin', groups: ['system:masters'] });
  assert.equal(second, first, 'one connection, one user object');
  assert.deepEqual(await meet(pki, {}), [undefined, undefined]);
  const refused = 'the client certificate was not issued by this server, or it has expired';
  assert.deepEqual(await meet(pki, await pair(other)), [refused, refused]);
  assert.deepEqual(
    await meet(pki, { cert: pki.server.certificate, key: pki.server.key.reveal() }),
    [refused, refused],
    'a server certificate is no user',
  );
  const [expired] = await meet(pki, await pair(pki), () => Date.now() + 2 * dayMs);
  assert.equal(expired, 'the client certificate has expired');
  const [early] = await meet(pki, await pair(pki), () => Date.now() - hourMs);
  assert.equal(early, 'the client certificate is not valid yet');
});

test('over TLS: a resumed session is whoever began it', async () => {
  const pki = await open(newDirectory());
  const other = await open(newDirectory());
  const pair = async (from: Pki) => {
    const { certificate, key } = await from.issueClientCertificate(admin);
    return { cert: certificate, key: key.reveal() };
  };
  const known = await meet(pki, await pair(pki), Date.now, true);
  assert.equal(known.length, 4);
  assert.deepEqual(known[2], known[0]);
  assert.deepEqual(await meet(pki, {}, Date.now, true), [undefined, undefined, undefined, undefined]);
  const refused = 'the client certificate was not issued by this server, or it has expired';
  assert.deepEqual(await meet(pki, await pair(other), Date.now, true), [refused, refused, refused, refused]);
});

test('over TLS: an impostor authority of the same name is refused', async () => {
  const directory = newDirectory();
  const pki = await open(directory);
  const { makeAuthority, makeLeaf } = await import('../pki/issue.ts');
  const name = new X509Certificate(pki.ca).subject.replace('CN=', '');
  const validity = { notBefore: Date.now() - hourMs, notAfter: Date.now() + hourMs };
  const impostor = await makeAuthority(name, validity, systemRandom);
  const leaf = await makeLeaf(
    { use: 'client', commonName: 'x', organizations: ['system:masters'] },
    validity,
    impostor,
    systemRandom,
  );
  const [said] = await meet(pki, { cert: leaf.certificate, key: leaf.key });
  assert.match(String(said), /not issued by this server/);
});

test('a kubeconfig is private and is read by the clients of the field', async (t) => {
  const pki = await open(newDirectory());
  const path = join(mkdtempSync(join(tmpdir(), 'plinth-kubeconfig-')), 'sub', 'kubeconfig');
  const user = await pki.issueClientCertificate(admin);
  writeKubeconfig(path, { server: 'https://127.0.0.1:6443', ca: pki.ca, user });
  writeKubeconfig(path, { server: 'https://127.0.0.1:7443', ca: pki.ca, user });
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(join(path, '..')), ['kubeconfig']);

  const config = new KubeConfig();
  config.loadFromFile(path);
  assert.equal(config.getCurrentContext(), 'plinth');
  assert.equal(config.getCurrentCluster()?.server, 'https://127.0.0.1:7443');
  const decoded = Buffer.from(config.getCurrentUser()?.certData ?? '', 'base64').toString();
  assert.equal(decoded, user.certificate);

  const view = spawnSync('kubectl', ['--kubeconfig', path, 'config', 'view', '--raw', '-o', 'json'], {
    encoding: 'utf8',
  });
  if (view.error) return t.skip('kubectl is not on this machine');
  assert.equal(view.status, 0, view.stderr);
  const seen: unknown = JSON.parse(view.stdout);
  assert.partialDeepStrictEqual(seen, {
    'current-context': 'plinth',
    contexts: [{ name: 'plinth', context: { cluster: 'plinth', user: 'plinth', namespace: 'default' } }],
    clusters: [{ cluster: { 'certificate-authority-data': Buffer.from(pki.ca).toString('base64') } }],
  });
});

test('a certificate of a tenant is known in that tenant, and nowhere else', async () => {
  const pki = await open(newDirectory());
  const [acme, globex] = ['6b8a3c1e-1111-4222-8333-444455556666', '6b8a3c1e-9999-4222-8333-444455556666'];
  const of = async (tenant?: string, commonName = 'alice'): Promise<ConnectionOptions> => {
    const issued = await pki.issueClientCertificate({
      commonName,
      organizations: ['system:masters'],
      ttlMs: dayMs,
      ...(tenant === undefined ? {} : { tenant }),
    });
    return { cert: issued.certificate, key: issued.key.reveal() };
  };
  const nameOf = async (client: ConnectionOptions, at?: string): Promise<string | undefined> => {
    const [user] = await meet(pki, client, Date.now, false, at);
    return typeof user === 'object' ? user.username : user;
  };
  const inAcme = await of(acme);
  assert.deepEqual(
    [await nameOf(inAcme, acme), await nameOf(inAcme, globex), await nameOf(inAcme)],
    ['alice', undefined, undefined],
  );
  const atHost = await of();
  assert.deepEqual([await nameOf(atHost), await nameOf(atHost, acme)], ['alice', undefined]);
  // What a name says is no claim.
  const pretender = await of(undefined, `URI:urn:plinth:tenant:${acme}`);
  assert.equal(await nameOf(pretender, acme), undefined);
  for (const uid of ['', 'acme', `${acme}, URI:urn:plinth:tenant:${globex}`]) {
    await assert.rejects(
      pki.issueClientCertificate({ ...admin, ttlMs: dayMs, tenant: uid }),
      RangeError,
      JSON.stringify(uid),
    );
  }
});
