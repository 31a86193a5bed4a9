// One row a name: what of it stays. Negatives beside positives: a name that only looks like one that changes is kept.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameRules, stableName } from '../src/stable-names.ts';

const hex64 = '4f6c0e1d2b3a4f6c0e1d2b3a4f6c0e1d2b3a4f6c0e1d2b3a4f6c0e1d2b3a4f6c';
const invocation = '0123456789abcdef0123456789abcdef';
const uuid = '0d9f4c3e-9b1b-4f60-8d2c-4f3f4d0f8a11';

const units: readonly [string, string][] = [
  ['session-7.scope', 'session-*.scope'],
  ['session-c2.scope', 'session-*.scope'],
  ['session-7.service', 'session-7.service'],
  ['session-manager.scope', 'session-manager.scope'],
  ['run-u123.service', 'run-*.service'],
  ['run-4711.scope', 'run-*.scope'],
  [`run-r${invocation}.service`, 'run-*.service'],
  ['run-p1234-i5678.service', 'run-*.service'],
  ['run-backup.service', 'run-backup.service'],
  ['run-docker.mount', 'run-docker.mount'],
  ['run-user-1000.mount', 'run-user-1000.mount'],
  ['app-gnome-firefox-4711.scope', 'app-gnome-firefox-*.scope'],
  ['app-firefox.scope', 'app-firefox.scope'],
  [`app-org.gnome.Terminal@${invocation}.service`, 'app-org.gnome.Terminal@*.service'],
  ['app-worker@main.service', 'app-worker@main.service'],
  ['sshd@12-10.0.0.1:22-10.0.0.2:51000.service', 'sshd@*.service'],
  ['sshd@12-4711-10.0.0.1:22-10.0.0.2:51000.service', 'sshd@*.service'],
  ['sshd@3-fe80::1:22-fe80::2:51000.service', 'sshd@*.service'],
  ['systemd-coredump@3-4711-0.service', 'systemd-coredump@*.service'],
  ['postgresql@15-main.service', 'postgresql@15-main.service'],
  ['getty@tty1.service', 'getty@tty1.service'],
  ['user@1000.service', 'user@1000.service'],
  ['openvpn@1-2.service', 'openvpn@1-2.service'],
  ['dbus-:1.3-org.x@0.service', 'dbus-:*-org.x@*.service'],
  ['dbus.service', 'dbus.service'],
  [`docker-${hex64}.scope`, 'docker-*.scope'],
  [`cri-containerd-${hex64}.scope`, 'cri-containerd-*.scope'],
  ['docker-registry.scope', 'docker-registry.scope'],
  ['machine-qemu\\x2d3\\x2dweb.scope', 'machine-qemu\\x2d*\\x2dweb.scope'],
  ['machine-web.scope', 'machine-web.scope'],
  [`vte-spawn-${uuid}.scope`, 'vte-spawn-*.scope'],
  [`dev-disk-by\\x2duuid-${uuid.replaceAll('-', '\\x2d')}.swap`, 'dev-disk-by\\x2duuid-*.swap'],
];

const paths: readonly [string, string][] = [
  ['/snap/firefox/4173/usr/lib/libxul.so', '/snap/firefox/*/usr/lib/libxul.so'],
  ['/snap/core22/x1', '/snap/core22/*'],
  ['/var/lib/snapd/snap/jq/6/bin/jq', '/var/lib/snapd/snap/jq/*/bin/jq'],
  ['/snap/bin/jq', '/snap/bin/jq'],
  ['/home/u/snap/jq/6/x', '/home/u/snap/jq/6/x'],
  [
    '/nix/store/1b9p07z77phvv2hf6gm9f28syp39f1ag-openssl-3.0/lib/libssl.so.3',
    '/nix/store/*-openssl-3.0/lib/libssl.so.3',
  ],
  ['/nix/var/nix', '/nix/var/nix'],
  [`/var/lib/docker/overlay2/${hex64}/diff/usr/lib/libc.so.6`, '/var/lib/docker/overlay2/*/diff/usr/lib/libc.so.6'],
  [`/var/lib/docker/containers/${hex64}/${hex64}-json.log`, '/var/lib/docker/containers/*/*-json.log'],
  [`/srv/${uuid}/lib.so`, '/srv/*/lib.so'],
  [`/srv/${uuid}0/lib.so`, `/srv/${uuid}0/lib.so`],
  ['/usr/lib/libicuuc.so.72', '/usr/lib/libicuuc.so.72'],
  ['/usr/lib/libicuuc.so.74', '/usr/lib/libicuuc.so.74'],
];

for (const [name, stable] of units) test(`unit ${name}`, () => assert.equal(stableName('unit', name), stable));
for (const [name, stable] of paths) test(`path ${name}`, () => assert.equal(stableName('path', name), stable));

test('every rule is the one that some row needs, and says why', () => {
  for (const rule of nameRules) {
    const rows = rule.on === 'unit' ? units : paths;
    assert.ok(
      rows.some(([name, stable]) => name !== stable && name.replace(rule.pattern, rule.replacement) === stable),
      rule.id,
    );
    assert.notEqual(rule.reason, '');
  }
  assert.equal(new Set(nameRules.map(({ id }) => id)).size, nameRules.length);
});

test('a stable name stays as it is', () => {
  for (const [, stable] of units) assert.equal(stableName('unit', stable), stable);
  for (const [, stable] of paths) assert.equal(stableName('path', stable), stable);
});
