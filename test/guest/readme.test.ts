// The play of ten lines in the collection's README, as written there, against booted guests: by the pinned ansible-core and
// by the newest, which must find nothing deprecated in it.

import assert from 'node:assert/strict';
import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '../support/project.ts';
import { skip } from '../support/skip.ts';
import { guestObstacle } from './base.ts';
import { bootGuest, type Guest } from './guest.ts';
import { Controller } from './play.ts';
import { releaseFiles, version } from './release-files.ts';

const readme = readFileSync(join(projectRoot, 'ansible/README.md'), 'utf8');
const play = /## In ten lines\n.*?```yaml\n(.*?)```/s.exec(readme)?.[1] ?? '';
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
    const sleeper = async () => (await guest.enter(['pgrep', '-x', 'sleep'])).stdout;
    const before = await sleeper();

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
  });
}
