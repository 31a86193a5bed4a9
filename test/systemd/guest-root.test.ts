// A guest without its own cgroup namespace: every path begins with the guest's own cgroup, and PID 1's path shows which one.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCgroup } from '../../src/procfs/cgroup.ts';
import { attributeProcess } from '../../src/systemd/attribute.ts';
import { findGuestRoots } from '../../src/systemd/guest-root.ts';

const namespaces = { pid: 'pid:[2]', cgroup: 'cgroup:[1]' };
const id = '4f6c0e1d2b3a'.repeat(6).slice(0, 64);
const other = 'ab'.repeat(32);

const prefixes: [name: string, prefix: string][] = [
  ['none: a host, or a cgroup namespace', ''],
  ['docker on v1', `/docker/${id}`],
  ["docker with systemd's driver", `/system.slice/docker-${id}.scope`],
  ['docker in docker', `/docker/${other}/docker/${id}`],
  ['LXC 2', '/lxc/x1'],
  ['Proxmox', '/lxc/101/ns'],
  ['LXC 4', '/lxc.payload.web-1'],
  ['nspawn', '/machine.slice/machine-web.scope/payload'],
  ['nspawn, an old one', '/machine.slice/machine-web.scope'],
  ['nspawn as a service', '/machine.slice/systemd-nspawn@web.service/payload'],
  ['nspawn in a folder of a test', '/lib-users-1-2/payload'],
  ['kubernetes on v1', `/kubepods/burstable/pod00000000_1111/${id}`],
  ["kubernetes with systemd's driver", `/kubepods.slice/kubepods-pod1.slice/cri-containerd-${id}.scope`],
  ['kind', `/docker/${other}/kubelet/kubepods/besteffort/pod00000000_1111/${id}`],
  ['podman', `/machine.slice/libpod-${id}.scope/container`],
  ['rootless podman', `/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-${id}.scope/container`],
  ['rootless podman in a session', `/user.slice/user-1000.slice/session-3.scope/${id}`],
  ['a runtime that nobody knows', '/jobs/17'],
  ['a parent of --cgroup-parent', `/a/b/${id}`],
  ['ECS', `/ecs/${other.slice(0, 32)}/${id}`],
  ['a service that starts a guest', '/system.slice/ci.service'],
  ["seen from another container's cgroup namespace", '/../..'],
];

/** The unit of each of the guest's own processes, by the path below the guest's own cgroup. */
const processes: [path: string, expected: string | null][] = [
  ['/init.scope', 'unit init.scope'],
  ['/system.slice/ssh.service', 'unit ssh.service'],
  ['/system.slice/system-getty.slice/getty@tty1.service', 'unit getty@tty1.service'],
  ['/user.slice/user-1000.slice/session-3.scope', 'unit session-3.scope session 3'],
  ['/user.slice/user-1000.slice/user@1000.service/app.slice/a.service', 'unit a.service of 1000'],
  [`/docker/${other}`, 'docker'],
  [`/system.slice/docker-${other}.scope/system.slice/cron.service`, 'docker'],
  ['/lxc.payload.inner/init.scope', 'lxc'],
  // docker exec, lxc-attach and nsenter put a process here.
  ['', null],
];

function summarize(content: string, first: string): string | null {
  const roots = findGuestRoots(parseCgroup(first));
  const { unit, session, container } = attributeProcess(parseCgroup(content), namespaces, namespaces, roots);
  if (container !== null) return container.runtime;
  if (unit === null) return null;
  return `unit ${unit.name}${unit.uid === null ? '' : ` of ${unit.uid}`}${session ? ` session ${session.id}` : ''}`;
}

for (const [name, prefix] of prefixes) {
  test(`guest: ${name}`, () => {
    for (const [path, expected] of processes) {
      const at = `${prefix}${path}` || '/';
      assert.equal(summarize(`0::${at}\n`, `0::${prefix}/init.scope\n`), expected, `v2: ${at}`);
      const v1 = (whole: string) => `5:memory:${prefix || '/'}\n1:name=systemd:${whole}\n0::/\n`;
      assert.equal(summarize(v1(at), v1(`${prefix}/init.scope`)), expected, `v1: ${at}`);
    }
  });
}

test('guest: before systemd 226 PID 1 was in no init.scope', () => {
  assert.equal(
    summarize('1:name=systemd:/lxc/x1/system.slice/a.service\n', '1:name=systemd:/lxc/x1\n'),
    'unit a.service',
  );
});

test('guest: with its cgroupfs driver docker leaves the v2 line in containerd.service', () => {
  const of = (path: string) =>
    `5:memory:/docker/${id}\n1:name=systemd:/docker/${id}${path}\n0::/system.slice/containerd.service\n`;
  assert.equal(summarize(of('/system.slice/ssh.service'), of('/init.scope')), 'unit ssh.service');
  assert.equal(summarize(of(''), of('/init.scope')), null);
});

test('guest: without systemd nothing in it is a container', () => {
  assert.equal(summarize(`1:name=systemd:/docker/${id}\n`, `1:name=systemd:/docker/${id}\n`), null);
});

test('guest: a process outside of it is in no unit, and in a container only if the path names one', () => {
  const first = `0::/docker/${id}/init.scope\n`;
  assert.equal(summarize('0::/system.slice/ssh.service\n', first), null);
  assert.equal(summarize(`0::/docker/${id}x/system.slice/ssh.service\n`, first), null);
  assert.equal(summarize(`0::/docker/${other}\n`, first), 'docker');
});

test('guest: a shell in a PID namespace of its own stays in the unit that started it', () => {
  const path = '/user.slice/user-1000.slice/session-3.scope';
  assert.equal(summarize(`0::${path}\n`, `0::${path}\n`), 'unit session-3.scope session 3');
  assert.equal(summarize('0::/system.slice/ci.service\n', '0::/system.slice/ci.service\n'), 'unit ci.service');
});

test('guest: the path is reported as it was read, which is how its systemd prints it', () => {
  const roots = findGuestRoots(parseCgroup('0::/lxc/x1/init.scope\n'));
  const lines = parseCgroup('0::/lxc/x1/system.slice/a.service\n');
  assert.equal(attributeProcess(lines, namespaces, namespaces, roots).cgroup, '/lxc/x1/system.slice/a.service');
});
