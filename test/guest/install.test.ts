// The role lib_users.host.install in booted guests, by the real Ansible over ssh.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { skip } from '../support/skip.ts';
import { Controller, type PlayResult } from './ansible-play.ts';
import { guestObstacle } from './base.ts';
import { bootGuest, type Guest } from './guest.ts';
import { architecture, archiveName, foreignProgram, packArchive, releaseFiles } from './release-files.ts';

const prefix = '/opt/lib-users';
const looked = 'lib_users.host.install : Look whether that version is there';

interface Host {
  guest: Guest;
  controller: Controller;
  /** Runs the role with these variables. */
  install: (variables: object, ...flags: string[]) => Promise<PlayResult>;
}

async function boot(t: TestContext, release: 'bookworm' | 'trixie' = 'bookworm'): Promise<Host> {
  const binds = { [process.execPath]: '/usr/bin/node' };
  const guest = await bootGuest(t, { release, cgroup: 'unified', binds });
  const controller = new Controller(t, { web1: guest });
  const install = (variables: object, ...flags: string[]) => {
    const play = { hosts: 'guests', become: true, gather_facts: false, roles: [role(variables)] };
    return controller.play([play], { user: 'deploy', flags });
  };
  return { guest, controller, install };
}

const role = (variables: object) => ({ role: 'lib_users.host.install', ...variables });

async function list(guest: Guest, ...argv: string[]): Promise<string[]> {
  const { stdout } = await guest.enter(argv, { check: false });
  return stdout.split('\n').filter(Boolean).sort();
}

/** The files of lib-users that are there, and files that a run of it may have left elsewhere. */
async function leftovers(guest: Guest): Promise<string[]> {
  return await list(guest, 'find', '/opt', '/tmp', '/var/tmp', '/usr/local/bin', '-iname', '*lib-users*');
}

function succeeded(play: PlayResult): PlayResult {
  assert.equal(play.status, 0, play.output);
  assert.doesNotMatch(play.output, /DEPRECAT|\[WARNING\]/);
  return play;
}

function refused(play: PlayResult, ...words: string[]): void {
  assert.notEqual(play.status, 0, play.output);
  const messages = play.tasks.filter(({ status }) => status === 'failed').map(({ result }) => String(result.msg));
  for (const word of words) assert.ok(messages.join('\n').includes(word), `${word}\n${messages.join('\n')}`);
}

test('install: from the controller, upgraded beside a running one, back again, and removed', async (t) => {
  const obstacle = guestObstacle();
  if (obstacle !== null) return skip(t, obstacle);
  const { guest, install } = await boot(t);
  const from = { install_artifacts: releaseFiles(t, ['0.1.0', '0.2.0', '0.3.0', '0.4.0']) };
  const at = (install_version: string) => ({ ...from, install_version });
  const current = async () => (await guest.enter([`${prefix}/current/lib-users`, '--version'])).stdout.trim();

  const dry = succeeded(await install(at('0.1.0'), '--check', '--diff'));
  assert.deepEqual(dry.notable(), ['changed lib_users.host.install : Say what would be installed']);
  assert.deepEqual(await leftovers(guest), []);

  const first = succeeded(await install(at('0.1.0')));
  assert.ok(first.notable().includes('changed lib_users.host.install : Unpack it and make it current'));
  assert.equal(await current(), 'lib-users 0.1.0');
  assert.deepEqual(await leftovers(guest), [prefix, `${prefix}/0.1.0/lib-users`]);
  assert.deepEqual(await list(guest, 'find', prefix, '-printf', '%U %M %P\\n'), [
    '0 -rw-r--r-- 0.1.0/schema/README.md',
    '0 -rwxr-xr-x 0.1.0/lib-users',
    '0 drwxr-xr-x ',
    '0 drwxr-xr-x 0.1.0',
    '0 drwxr-xr-x 0.1.0/schema',
    '0 lrwxrwxrwx 0.1.0/.version-0.1.0',
    '0 lrwxrwxrwx current',
  ]);

  const second = succeeded(await install(at('0.1.0')));
  const ran = second.tasks.filter(({ status, task }) => status !== 'skipped' && !task.includes('Validating arguments'));
  assert.deepEqual(
    ran.map(({ task }) => task),
    [looked],
    'one look, and nothing else',
  );
  assert.deepEqual(second.notable(), []);

  // Waits for its standard input. A file that it runs from must not be written to.
  const running = 'sleep 600 | /opt/lib-users/current/lib-users fleet -';
  void guest.exec(['sh', '-c', running], { check: false, timeout: 0 });
  await guest.enter(['timeout', '20', 'sh', '-c', 'until pgrep -f "fleet -$" >/dev/null; do sleep 0.1; done']);
  const inode = await list(guest, 'stat', '--format=%i %Z', `${prefix}/0.1.0/lib-users`);

  const link = '/usr/local/bin/lib-users';
  const linked = { ...at('0.2.0'), install_links: [link] };
  succeeded(await install(linked));
  assert.equal(await current(), 'lib-users 0.2.0');
  assert.equal((await guest.enter([link, '--version'])).stdout, 'lib-users 0.2.0\n');
  assert.deepEqual(await list(guest, 'stat', '--format=%i %Z', `${prefix}/0.1.0/lib-users`), inode);
  assert.notDeepEqual(await list(guest, 'pgrep', '-f', 'fleet -$'), []);
  assert.deepEqual(succeeded(await install(linked)).notable(), []);

  succeeded(await install({ ...linked, install_version: '0.3.0' }));
  assert.deepEqual(await list(guest, 'ls', prefix), ['0.2.0', '0.3.0', 'current'], 'one other version is kept');
  const back = succeeded(await install({ ...linked, install_artifacts: '' }));
  assert.deepEqual(
    back.notable(),
    ['changed lib_users.host.install : Make it current'],
    'what is there is not fetched',
  );
  assert.equal(await current(), 'lib-users 0.2.0');

  await guest.enter(['rm', link, `${prefix}/0.2.0/lib-users`]);
  succeeded(await install(linked));
  assert.equal((await guest.enter([link, '--version'])).stdout, 'lib-users 0.2.0\n', 'what was broken is mended');
  succeeded(await install({ ...at('0.4.0'), install_keep: -1 }));
  assert.deepEqual(await list(guest, 'ls', prefix), ['0.2.0', '0.3.0', '0.4.0', 'current']);

  const gone = { ...linked, install_state: 'absent' };
  const would = succeeded(await install(gone, '--check'));
  assert.equal(would.task('Remove every version').status, 'changed');
  assert.equal(await current(), 'lib-users 0.4.0');
  succeeded(await install(gone));
  assert.deepEqual(await leftovers(guest), []);
  assert.deepEqual(succeeded(await install(gone)).notable(), []);
});

test('install: what is refused leaves nothing behind', async (t) => {
  const obstacle = guestObstacle();
  if (obstacle !== null) return skip(t, obstacle);
  const { guest, install } = await boot(t, 'trixie');
  const folder = releaseFiles(t, ['0.1.0']);
  const from = { install_artifacts: folder, install_version: '0.1.0' };

  refused(await install({ install_version: '0.1.0' }), 'install_artifacts is not set');
  refused(await install({ ...from, install_version: '0.9.0' }), `SHA256SUMS does not list ${archiveName('0.9.0')}`);
  const nowhere = `there is no SHA256SUMS in ${folder}/none, which install_artifacts names`;
  refused(await install({ ...from, install_artifacts: `${folder}/none` }), nowhere);
  const wrong = { [architecture]: '0'.repeat(64) };
  refused(await install({ ...from, install_sha256: wrong }), 'has the SHA-256', `and not ${'0'.repeat(64)}`);
  refused(await install({ ...from, install_source: 'url', install_url: 'http://127.0.0.1:1' }), 'install_sha256');
  refused(await install({ ...from, install_source: 'usb' }), 'install_source');

  const foreign = packArchive(folder, '0.5.0', foreignProgram);
  const other = { ...from, install_version: '0.5.0', install_sha256: { [architecture]: foreign } };
  refused(await install(other), 'made for another architecture');
  const liar = packArchive(folder, '0.6.0', Buffer.from('#!/bin/sh\necho lib-users 0.1.0\n'));
  refused(
    await install({ ...from, install_version: '0.6.0', install_sha256: { [architecture]: liar } }),
    "'lib-users 0.1.0'",
  );
  assert.deepEqual(
    (await leftovers(guest)).filter((path) => path !== prefix),
    [],
  );
  assert.deepEqual(await list(guest, 'ls', '-A', prefix), []);

  await guest.writeFile('/usr/local/bin/lib-users', 'of npm', 0o755);
  refused(await install({ ...from, install_links: ['/usr/local/bin/lib-users'] }), 'move it away');
  assert.deepEqual(await list(guest, 'ls', '-A', prefix), []);

  await guest.enter(['mount', '-t', 'tmpfs', '-o', 'noexec', 'none', '/opt']);
  refused(await install(from), 'cannot be installed here', '/opt/lib-users is mounted noexec');
  assert.deepEqual(await list(guest, 'ls', '-A', '/opt'), []);
  succeeded(await install({ ...from, install_prefix: '/usr/local/lib/lib-users' }));
  await guest.enter(['/usr/local/lib/lib-users/current/lib-users', '--version']);
});

test('install: the host fetches it from an address', async (t) => {
  const obstacle = guestObstacle();
  if (obstacle !== null) return skip(t, obstacle);
  const { guest, install } = await boot(t);
  const folder = releaseFiles(t, []);
  const sum = packArchive(folder, '0.1.0');
  await guest.copyIn(`${folder}/${archiveName('0.1.0')}`, `/srv/files/${archiveName('0.1.0')}`);
  const serve = ['python3', '-m', 'http.server', '--bind', '127.0.0.1', '--directory', '/srv', '8000'];
  await guest.enter(['systemd-run', '--quiet', '--unit=files', ...serve]);
  await guest.enter(['timeout', '20', 'sh', '-c', 'until ss -ltn | grep -q :8000; do sleep 0.1; done']);
  const from = { install_source: 'url', install_url: 'http://127.0.0.1:8000/files/', install_version: '0.1.0' };

  refused(await install({ ...from, install_sha256: { [architecture]: '0'.repeat(64) } }), 'checksum');
  assert.deepEqual(await leftovers(guest), []);
  succeeded(await install({ ...from, install_sha256: { [architecture]: sum } }));
  assert.equal((await guest.enter([`${prefix}/current/lib-users`, '--version'])).stdout, 'lib-users 0.1.0\n');
});
