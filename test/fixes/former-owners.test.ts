// A gone file that no package has now -> the package that had it until an upgrade brought a file of another name.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { findFormerOwners, type Stray } from '../../src/fixes/former-owners.ts';
import { at, builtOn, entry, expat, type Files, logTime, makeHost, stanza, upgrade } from '../support/dpkg-host.ts';

const begin = `${logTime('01-01')} startup archives unpack\n`;
const log = { 'var/log/dpkg.log': begin + upgrade('05-02', '2.5-1+deb12u1', '2.5-1+deb12u3') };
const stray: Stray = {
  modifiedAtNs: builtOn('03-01'),
  unlinkedAtNs: BigInt(at('05-02', '12:00:04')) * 1_000_000n,
  fileOwner: process.geteuid!(),
};

async function ask(t: TestContext, files: Files, more: Partial<Stray> = {}) {
  const { root } = makeHost(t, { ...expat, ...files });
  const [found] = await findFormerOwners([{ ...stray, ...more }], { root, isLocal: () => true });
  return found;
}

test('the package that was unpacked then, whose changelog has the time of the file', async (t) => {
  assert.deepEqual(await ask(t, log), { manager: 'dpkg', name: 'libexpat1', version: '2.5-1+deb12u3' });
});

const others = `${stanza('libexpat1', '2.5-1+deb12u3', 'expat')}${stanza('libfoo1', '2', 'foo')}`;
const foo = (day: string): Files => ({
  'var/lib/dpkg/status': others,
  'usr/share/doc/libfoo1/changelog.Debian.gz': gzipSync(entry('2', '05-01', '', 'foo') + entry('1', day, '', 'foo')),
  'var/log/dpkg.log': `${log['var/log/dpkg.log']}${upgrade('05-02', '1', '2', 'libfoo1:amd64')}`,
});

test('several packages were unpacked in one second: the owner is the one whose changelog has the time', async (t) => {
  assert.equal((await ask(t, foo('03-07')))?.name, 'libexpat1');
});

const nobody: [name: string, files: Files, more: Partial<Stray>][] = [
  ['two of them have it', foo('03-01'), {}],
  ['no changelog has the time', log, { modifiedAtNs: builtOn('03-02') }],
  ['nothing was unpacked then', log, { unlinkedAtNs: BigInt(at('05-03')) * 1_000_000n }],
  [
    'the package was removed',
    { 'var/log/dpkg.log': `${begin}${logTime('05-02', '12:00:03')} remove libexpat1:amd64 2.5-1+deb12u1 <none>\n` },
    {},
  ],
  ['the package is not installed any more', { ...log, 'var/lib/dpkg/status': stanza('other', '1') }, {}],
  ["it is somebody's own file", log, { fileOwner: 54321 }],
  ['its times are not known', log, { modifiedAtNs: null }],
  ['there is no log', {}, {}],
];
for (const [name, files, more] of nobody) {
  test(`nobody can tell: ${name}`, async (t) => assert.equal(await ask(t, files, more), null));
}

test('a host without dpkg', async (t) => {
  const { root } = makeHost(t, {});
  assert.deepEqual(await findFormerOwners([], { root, isLocal: () => true }), []);
  assert.deepEqual(await findFormerOwners([stray], { root: `${root}/var`, isLocal: () => true }), [null]);
});
