// The play of ten lines in the collection's README, as written there, against booted guests: by the pinned ansible-core and
// by the newest, which must find nothing deprecated in it.

import assert from 'node:assert/strict';
import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '../support/project.ts';
import { skip } from '../support/skip.ts';
import { Controller } from './ansible-play.ts';
import { guestObstacle } from './base.ts';
import { bootGuest, type Guest } from './guest.ts';
import { releaseFiles, version } from './release-files.ts';

const readme = readFileSync(join(projectRoot, 'ansible/README.md'), 'utf8');
const play = /## In ten lines\n.*?```yaml\n(.*?)```/s.exec(readme)?.[1] ?? '';
/** Every play of the README, by its name. */
const plays = new Map(
  [...readme.matchAll(/```yaml\n(- name: (.*?)\n.*?)```/gs)].map(([, text = '', name = '']) => [name, text]),
);
const newest = readFileSync(join(projectRoot, 'test/ansible/matrix.txt'), 'utf8')
  .trim()
  .split('\n')
  .at(-1)
  ?.split(' ')[0];

/** A running service whose library is replaced, but for a second one that is stopped. */
async function makeStale(guest: Guest): Promise<void> {
  const library = '/opt/demo/libdemo.so';
  await guest.enter(['sh', '-c', 'mkdir -p /opt/demo && cp /usr/lib/*/libz.so.1 "$1"', 'sh', library]);
  for (const name of ['demo', 'stopped']) {
    const lines = `[Service]\nEnvironment=LD_PRELOAD=${library}\nExecStart=sleep 4100\n`;
    await guest.writeFile(`/etc/systemd/system/${name}.service`, lines);
  }
  await guest.enter(['systemctl', 'daemon-reload']);
  await guest.enter(['systemctl', 'start', 'demo.service']);
  await guest.enter(['timeout', '20', 'sh', '-c', 'until pgrep -x sleep >/dev/null; do sleep 0.1; done']);
  await guest.enter(['sh', '-c', 'cp "$1" "$1.new" && mv "$1.new" "$1"', 'sh', library]);
}

for (const core of [null, newest ?? '']) {
  test(`the README's play of ten lines, by ${core === null ? 'the pinned ansible-core' : `ansible-core ${core}`}`, async (t) => {
    const obstacle = guestObstacle();
    if (obstacle !== null) return skip(t, obstacle);
    assert.equal(play.trimEnd().split('\n').length, 10);
    const guest = await bootGuest(t, {
      release: core === null ? 'bookworm' : 'trixie',
      cgroup: 'unified',
      binds: { [process.execPath]: '/usr/bin/node' },
    });
    const controller = new Controller(t, { web1: guest }, core);
    renameSync(releaseFiles(t, [version]), join(controller.folder, 'lib-users'));
    await makeStale(guest);
    // The files that a package manager finds without a network.
    await guest.writeFile('/etc/apt/sources.list', '');
    const sleeper = async () => (await guest.enter(['pgrep', '-x', 'sleep'])).stdout;
    const before = await sleeper();

    // A careful reader begins like this. Nothing is installed yet, and no play is red for it.
    assert.equal(plays.size, 7);
    const files = { 'drain.yml': '[]', 'undrain.yml': '[]' };
    for (const [name, text] of plays) {
      const dry = await controller.play(text.replace('hosts: web', 'hosts: all'), {
        user: 'deploy',
        flags: ['--check'],
        files,
      });
      assert.equal(dry.status, 0, `${name}\n${dry.output}`);
      assert.doesNotMatch(dry.output, /DEPRECAT/);
    }

    const first = await controller.play(play, { user: 'deploy' });
    assert.equal(first.status, 0, first.output);
    assert.doesNotMatch(first.output, /DEPRECAT/);
    assert.notEqual(await sleeper(), before, first.output);
    assert.equal(
      (await guest.enter(['systemctl', 'is-active', 'stopped.service'], { check: false })).stdout,
      'inactive\n',
    );
    assert.notDeepEqual(first.notable(), []);

    const second = await controller.play(play, { user: 'deploy' });
    assert.equal(second.status, 0, second.output);
    assert.deepEqual(second.notable(), []);
    assert.deepEqual(/changed=(\d+)/.exec(second.output)?.[1], '0');

    const gate = plays.get('Compliance gate') ?? '';
    const open = await controller.play(gate, { user: 'deploy' });
    assert.equal(open.status, 0, open.output);
    const drift = plays.get('Nothing new') ?? '';
    const kept = await controller.play(drift, { user: 'deploy', flags: ['-e', 'keep=true'] });
    assert.deepEqual([kept.status, kept.notable()], [0, ['changed Keep what is known now']], kept.output);
    assert.equal((await guest.enter(['stat', '-c', '%a', '/var/lib/lib-users'])).stdout, '700\n');

    await guest.enter(['sh', '-c', 'cp "$1" "$1.new" && mv "$1.new" "$1"', 'sh', '/opt/demo/libdemo.so']);
    const closed = await controller.play(gate, { user: 'deploy' });
    assert.equal(closed.status, 2, closed.output);
    assert.equal(closed.task('Nothing runs on files that are gone').result.msg, 'demo.service: restart it');
    const worse = await controller.play(drift, { user: 'deploy' });
    assert.match(String(worse.task('Let nothing new through').result.msg), /^1 new findings: drift$/);
    const rolling = plays.get('Upgrade, restart, verify') ?? '';
    const dry = await controller.play(rolling, { user: 'deploy', flags: ['--check'], files });
    assert.deepEqual([dry.status, dry.all('Show what would be done').length], [0, 1], dry.output);
  });
}
