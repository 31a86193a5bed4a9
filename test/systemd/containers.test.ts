// Cgroup paths as each runtime makes them, with namespaces -> the container, or the unit.
import assert from 'node:assert/strict';
import test from 'node:test';
import { parseCgroup } from '../../src/procfs/cgroup.ts';
import type { Namespaces } from '../../src/procfs/self.ts';
import { attributeProcess } from '../../src/systemd/attribute.ts';

const host: Namespaces = { pid: 'pid:[1]', cgroup: 'cgroup:[1]' };
const guest: Namespaces = { pid: 'pid:[2]', cgroup: 'cgroup:[2]' };
const pidOnly: Namespaces = { pid: 'pid:[2]', cgroup: 'cgroup:[1]' };
const id = '4f6c0e1d2b3a'.repeat(6).slice(0, 64);
const other = 'ab'.repeat(32);
const manager = '/user.slice/user-1000.slice/user@1000.service';
const session = '/user.slice/user-1000.slice/session-7.scope';
const pod = 'pod00000000_1111_2222_3333_444444444444';
const podSlices = `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-${pod}.slice`;

/** `runtime id-or-name (uid)`, or the unit's name in brackets, or null. */
function summary(content: string, namespaces = host, reference = host): string | null {
  const { container, unit, session, slice } = attributeProcess(parseCgroup(content), namespaces, reference);
  if (container === null) return unit && `[${unit.name}]`;
  assert.deepEqual({ unit, session, slice }, { unit: null, session: null, slice: null });
  const called = container.id === id ? 'ID' : (container.id ?? container.name);
  return `${container.runtime} ${called}${container.uid === null ? '' : ` (${container.uid})`}`;
}

const paths: [name: string, path: string, expected: string | null][] = [
  ['docker, systemd', `/system.slice/docker-${id}.scope`, 'docker ID'],
  ['docker, systemd, deeper', `/system.slice/docker-${id}.scope/system.slice/cron.service`, 'docker ID'],
  ['docker, another slice', `/batch.slice/docker-${id}.scope`, 'docker ID'],
  ['docker, cgroupfs', `/docker/${id}`, 'docker ID'],
  ['docker, cgroupfs, deeper', `/docker/${id}/system.slice/cron.service`, 'docker ID'],
  ['docker, a systemd path for cgroupfs', `/system.slice:docker:${id}`, 'docker ID'],
  ['docker in docker: the outer one', `/docker/${id}/docker/${other}`, 'docker ID'],
  ['docker below its own service', `/system.slice/docker.service/docker/${id}`, 'docker ID'],
  ['podman, systemd', `/machine.slice/libpod-${id}.scope`, 'podman ID'],
  ['podman, crun', `/machine.slice/libpod-${id}.scope/container`, 'podman ID'],
  ['podman in a pod', `/machine.slice/machine-libpod_pod_${other}.slice/libpod-${id}.scope`, 'podman ID'],
  ['podman, cgroupfs', `/libpod_parent/libpod-${id}`, 'podman ID'],
  ['podman, cgroupfs, in a pod', `/libpod_parent/${other}/libpod-${id}`, 'podman ID'],
  ['podman: conmon is the host', `/machine.slice/libpod-conmon-${id}.scope`, `[libpod-conmon-${id}.scope]`],
  ['podman: conmon, cgroupfs', '/libpod_parent/conmon', null],
  ['podman: conmon beside, cgroupfs', `/libpod_parent/libpod-${id}/conmon`, null],
  ['containerd of kubernetes, systemd', `${podSlices}/cri-containerd-${id}.scope`, 'containerd ID'],
  ['containerd in kind', `/kubelet.slice/kubelet-kubepods.slice/cri-containerd-${id}.scope`, 'containerd ID'],
  ['containerd of kubernetes, cgroupfs', `/kubepods/burstable/${pod}/${id}`, 'containerd ID'],
  ['containerd of kubernetes, guaranteed', `/kubepods/${pod}/${id}`, 'containerd ID'],
  ['containerd in kind, cgroupfs', `/kubelet/kubepods/besteffort/${pod}/${id}`, 'containerd ID'],
  ['containerd, a systemd path for cgroupfs', `/kubepods-${pod}.slice:cri-containerd:${id}`, 'containerd ID'],
  ['the same in a slice', `/system.slice/kubepods-${pod}.slice:cri-containerd:${id}`, 'containerd ID'],
  [
    'the same below the service',
    `/system.slice/containerd.service/k-${pod}.slice:cri-containerd:${id}`,
    'containerd ID',
  ],
  ['containerd without a parent', `/k8s.io/${id}`, 'containerd ID'],
  ['nerdctl', `/system.slice/nerdctl-${id}.scope`, 'containerd ID'],
  ['nerdctl, a systemd path for cgroupfs', `/system.slice/system.slice:nerdctl:${id}`, 'containerd ID'],
  ['CRI-O, a systemd path for cgroupfs', `/kubepods-${pod}.slice:crio:${id}`, 'crio ID'],
  ['docker of kubernetes, systemd', `${podSlices}/docker-${id}.scope`, 'docker ID'],
  ['CRI-O, systemd', `${podSlices}/crio-${id}.scope`, 'crio ID'],
  ['CRI-O, crun', `${podSlices}/crio-${id}.scope/container`, 'crio ID'],
  ['CRI-O, cgroupfs', `/kubepods/besteffort/${pod}/crio-${id}`, 'crio ID'],
  ['CRI-O: conmon is the host', `${podSlices}/crio-conmon-${id}.scope`, `[crio-conmon-${id}.scope]`],
  ['CRI-O: conmon, cgroupfs', `/kubepods/besteffort/${pod}/crio-conmon-${id}`, null],
  ['a pod without a container', `/kubepods/besteffort/${pod}`, null],
  ['LXC 4', '/lxc.payload.web-1/system.slice/cron.service', 'lxc web-1'],
  ['LXC 3', '/lxc.payload/web-1', 'lxc web-1'],
  ['LXC 2', '/lxc/101/ns/init.scope', 'lxc 101'],
  ['LXC: a name that is no ASCII', '/lxc.payload.caf\xc3\xa9', 'lxc café'],
  ['LXC below its own service', '/system.slice/lxc@web.service/lxc.payload.web', 'lxc web'],
  ['LXC: the monitor is the host', '/lxc.monitor.web-1', null],
  ['LXC: the old monitor', '/lxc.monitor/web-1', null],
  ['nspawn, a scope', '/machine.slice/machine-web\\x2d1.scope/payload/system.slice/a.service', 'nspawn web-1'],
  ['nspawn, an old scope', '/machine.slice/machine-web.scope', 'nspawn web'],
  ['nspawn: its supervisor is the host', '/machine.slice/machine-web.scope/supervisor', '[machine-web.scope]'],
  ['nspawn, not the supervisor', '/machine.slice/machine-web.scope/supervisors', 'nspawn web'],
  ["a scope of the machine's name elsewhere", '/system.slice/machine-learning.scope', '[machine-learning.scope]'],
  ['nspawn, the service', '/machine.slice/systemd-nspawn@web.service/payload/init.scope', 'nspawn web'],
  ['nspawn, an old service', '/machine.slice/systemd-nspawn@web.service/system.slice/a.service', 'nspawn web'],
  ['nspawn: the service itself', '/machine.slice/systemd-nspawn@web.service', '[systemd-nspawn@web.service]'],
  [
    "nspawn: the service's supervisor",
    '/machine.slice/systemd-nspawn@web.service/supervisor',
    '[systemd-nspawn@web.service]',
  ],
  ['nspawn of NixOS', '/machine.slice/container@web.service/payload/init.scope', 'nspawn web'],
  ['nspawn of NixOS: its supervisor', '/machine.slice/container@web.service/supervisor', '[container@web.service]'],
  ['such a name in another slice', '/system.slice/container@web.service/payload', '[container@web.service]'],
  ['nspawn, a folder of its own', '/nspawn-g1/payload/system.slice/demo.service', 'nspawn g1'],
  ['nspawn: the supervisor there', '/nspawn-g1/supervisor', null],
  ['libvirt', '/machine.slice/machine-qemu\\x2d1\\x2dweb\\x2d1.scope/libvirt/emulator', 'libvirt web-1'],
  ['libvirt, in a partition', '/production.slice/machine-qemu\\x2d12\\x2dweb.scope', 'libvirt web'],
  ['libvirt, old', '/machine.slice/machine-qemu\\x2dweb.scope', 'libvirt web'],
  ["libvirt's LXC", '/machine.slice/machine-lxc\\x2d7\\x2dweb.scope', 'libvirt web'],
  ['libvirt without machined', '/machine/qemu-1-web.libvirt-qemu/emulator', 'libvirt web'],
  ['libvirt without machined, in a partition', '/machine/production.partition/web.libvirt-qemu', 'libvirt web'],
  ['libvirt, oldest', '/libvirt/qemu/web', 'libvirt web'],

  ["the runtime's own service", '/system.slice/docker.service', '[docker.service]'],
  ["the runtime's own helper", '/system.slice/containerd.service/helper', '[containerd.service]'],
  ['no id', '/system.slice/docker-prune.scope', '[docker-prune.scope]'],
  ['a service that is called alike', `/system.slice/docker-${id}.service`, `[docker-${id}.service]`],
  ['an id and more', `/system.slice/docker-${id}0.scope`, `[docker-${id}0.scope]`],
  ['a folder that begins alike', `/docker-x/${id}`, null],
  ['a runtime further down than its parent', `/jobs/docker/${id}`, null],

  ['rootless podman', `${manager}/user.slice/libpod-${id}.scope/container`, 'podman ID (1000)'],
  ['rootless docker', `${manager}/user.slice/docker-${id}.scope`, 'docker ID (1000)'],
  ['rootless quadlet', `${manager}/app.slice/web.service/libpod-payload-${id}`, 'podman ID (1000)'],
  ['rootless quadlet: the runtime is not it', `${manager}/app.slice/web.service/runtime`, '[web.service]'],
  ['rootless conmon', `${manager}/user.slice/libpod-conmon-${id}.scope`, `[libpod-conmon-${id}.scope]`],
  ['unprivileged LXC', `${manager}/app.slice/run-r1.scope/lxc.payload.web`, 'lxc web (1000)'],
  ['a machine of a user', `${manager}/machine.slice/machine-web.scope/payload`, 'nspawn web (1000)'],
  ['forged at the top', `${manager}/docker-${id}.scope`, 'docker ID (1000)'],
  ['forged as a manager and container', `${manager}/user@0.service/docker-${id}.scope`, 'docker ID (1000)'],
  ['LXC in a session', `${session}/lxc/web`, 'lxc web (1000)'],
  ['forged by a service', `/system.slice/evil.service/docker-${id}.scope`, '[evil.service]'],
  ['forged by a service as its runtime', `/system.slice/evil.service/docker.service/docker/${id}`, '[evil.service]'],
  ['forged by a service as a user', `/system.slice/evil.service/user@0.service/docker-${id}.scope`, '[evil.service]'],
  ['seen from another cgroup namespace', `/../docker-${id}.scope`, 'docker ID'],
  ["a user's, seen from another cgroup namespace", `/../../user@1000.service/docker-${id}.scope`, 'docker ID (1000)'],
];

for (const [name, path, expected] of paths) {
  test(`container: ${name}`, () => {
    assert.equal(summary(`0::${path}\n`), expected, 'v2');
    assert.equal(summary(`1:name=systemd:${path}\n0::/\n`), expected, 'v1');
  });
}

test('container: any line may name the runtime', () => {
  assert.equal(summary(`5:memory:/docker/${id}\n1:name=systemd:/\n0::/system.slice/containerd.service\n`), 'docker ID');
  assert.equal(summary(`5:memory:/docker/${id}\n`), 'docker ID');
});

test('container: its cgroup is the line that names it', () => {
  const lines = parseCgroup(`5:memory:/docker/${id}\n0::/system.slice/containerd.service\n`);
  assert.equal(attributeProcess(lines, host, host).cgroup, `/docker/${id}`);
});

test('container: the whole id is kept', () => {
  const lines = parseCgroup(`0::/system.slice/docker-${id}.scope\n`);
  const cgroup = `/system.slice/docker-${id}.scope`;
  const expected = { runtime: 'docker', id, name: null, uid: null, cgroup };
  assert.deepEqual(attributeProcess(lines, guest, host).container, expected);
});

const split = `0::/system.slice/web.service/libpod-payload-${id}\n`;
const namespaces: [name: string, content: string, own: Namespaces, reference: Namespaces, expected: string | null][] = [
  ['no unit, another pid namespace', '0::/\n', { ...host, pid: guest.pid }, host, 'unknown null'],
  ['no unit, another cgroup namespace', '0::/\n', { ...host, cgroup: guest.cgroup }, host, 'unknown null'],
  [
    'an id without a PID namespace (--pid=host)',
    `0::/x/${id}\n`,
    { ...host, cgroup: guest.cgroup },
    host,
    'unknown ID',
  ],
  ['the same beside a name', `5:memory:/y/web\n0::/x/${id}\n`, { ...host, cgroup: guest.cgroup }, host, 'unknown ID'],
  ['no unit, the same namespaces', '0::/payload\n', host, host, null],
  ['no unit, namespaces not readable', '0::/\n', { pid: null, cgroup: null }, host, null],
  ['no unit, reference not readable', '0::/\n', guest, { pid: null, cgroup: null }, null],
  ['outside of our cgroup namespace', '0::/../payload\n', guest, host, 'unknown null'],
  ['no cgroup at all', '', guest, host, 'unknown null'],
  ['a unit keeps its process', '0::/system.slice/a.service\n', guest, host, '[a.service]'],
  ['a runtime says more', `0::/docker/${id}\n`, guest, host, 'docker ID'],
  ['quadlet in namespaces of its own', split, { ...host, pid: guest.pid }, host, 'podman ID'],
  ['quadlet, forged without namespaces', split, host, host, '[web.service]'],
  ['quadlet, forged deeper', `0::/system.slice/web.service/x/libpod-payload-${id}\n`, guest, host, '[web.service]'],
  ['an id below a service', `0::/system.slice/web.service/${id}\n`, pidOnly, host, 'unknown ID'],
  ['the same without namespaces', `0::/system.slice/web.service/${id}\n`, host, host, '[web.service]'],
  ['another name with namespaces', `0::/system.slice/web.service/docker-${id}.scope\n`, guest, host, '[web.service]'],
];

for (const [name, content, own, reference, expected] of namespaces) {
  test(`namespace: ${name}`, () => assert.equal(summary(content, own, reference), expected));
}

const uuid = '36e8ad9b-4f6c-4e1d-92b3-a4f6c0e1d2b3';
const scope = `${manager}/app.slice/vte-spawn-${uuid}.scope`;
/** Paths without a known runtime's name, and the results for a PID namespace alone and for both namespaces. */
const unnamed: [name: string, path: string, byPid: string | null, byBoth: string | null][] = [
  ['ECS', `/ecs/${uuid}/${id}`, 'unknown ID', 'unknown ID'],
  ['ECS on Fargate', `/ecs/${id.slice(0, 32)}/${id.slice(0, 32)}-1296`, ...twice(`unknown ${id.slice(0, 32)}-1296`)],
  ["a job of GitHub's", `/actions_job/${id}`, 'unknown ID', 'unknown ID'],
  ['nomad', `/nomad/${uuid}.web`, ...twice(`unknown ${uuid}.web`)],
  ['nomad, a scope without systemd', `/nomad.slice/${uuid}.web.scope`, `[${uuid}.web.scope]`, `unknown ${uuid}.web`],
  ['a parent alone', '/test', ...twice('unknown test')],
  ['a parent of many folders', `/a/b/c/${id}`, 'unknown ID', 'unknown ID'],
  ['a pod and its container', `/a/${other}/${id}`, 'unknown ID', 'unknown ID'],
  ['a parent that is a slice', `/batch.slice/${id}`, 'unknown ID', 'unknown ID'],
  ["systemd's driver with another prefix", `/batch.slice/x-${id}.scope/container`, 'unknown ID', 'unknown ID'],
  ['the systemd inside of it', `/actions_job/${id}/system.slice/cron.service`, 'unknown ID', 'unknown ID'],
  ['the systemd inside of one without id', '/test/system.slice/cron.service', ...twice('unknown test')],
  ['nothing that names it', '/batch.slice', ...twice('unknown null')],
  ['nothing but what stands inside', '/payload', ...twice('unknown null')],

  ['rootless, in a unit', `${manager}/app.slice/web.service/${id}`, 'unknown ID (1000)', 'unknown ID (1000)'],
  ['rootless, below the manager', `${manager}/web.service/${id}`, 'unknown ID (1000)', 'unknown ID (1000)'],
  ["rootless, in a terminal's scope", `${scope}/${id}`, 'unknown ID (1000)', 'unknown ID (1000)'],
  ['rootless, in a session', `${session}/${id}`, 'unknown ID (1000)', 'unknown ID (1000)'],
  ['rootless, without a cgroup', session, '[session-7.scope]', 'unknown null (1000)'],
  ['rootless podman without cgroups', `${manager}/user.slice/podman-2393.scope`, ...twice('podman null (1000)')],
  ["a terminal's scope", scope, `[vte-spawn-${uuid}.scope]`, `unknown vte-spawn-${uuid} (1000)`],
  ["containerd's service", `/system.slice/containerd.service/cpuset/${id}`, 'unknown ID', 'unknown ID'],
  ['the same with a name', '/system.slice/containerd.service/cpuset/web', ...twice('unknown web')],
  ['the same without one', '/system.slice/docker.service', ...twice('unknown null')],

  ["a user's manager", `${manager}/init.scope`, ...twice('[user@1000.service]')],
  ['a sandboxed service', '/system.slice/a.service', ...twice('[a.service]')],
  ['a sandboxed service with a subgroup', '/system.slice/a.service/main', ...twice('[a.service]')],
  ["a user's sandboxed service", `${manager}/app.slice/a.service`, ...twice('[a.service]')],
  [
    'a browser',
    `${manager}/app.slice/app-chrome-1234.scope`,
    '[app-chrome-1234.scope]',
    'unknown app-chrome-1234 (1000)',
  ],
];

function twice(text: string): [string, string] {
  return [text, text];
}

for (const [name, path, byPid, byBoth] of unnamed) {
  test(`unnamed container: ${name}`, () => {
    assert.equal(summary(`0::${path}\n`, pidOnly), byPid, 'a PID namespace');
    assert.equal(summary(`0::${path}\n`, guest), byBoth, 'both namespaces');
    assert.equal(summary(`1:name=systemd:${path}\n0::/\n`, guest), byBoth, 'v1');
    const without = summary(`0::${path}\n`);
    assert.ok(without === null || without.startsWith('['), 'without namespaces it is no container');
  });
}

test('unnamed container: its cgroup goes up to the part that names it', () => {
  const cgroupOf = (path: string) => attributeProcess(parseCgroup(`0::${path}\n`), guest, host).container?.cgroup;
  assert.equal(cgroupOf(`/a/${id}/system.slice/cron.service`), `/a/${id}`);
  assert.equal(cgroupOf('/a/web/system.slice/cron.service'), '/a/web');
  assert.equal(cgroupOf(`/docker/${id}/x`), `/docker/${id}`);
  assert.equal(cgroupOf('/lxc/web/x (deleted)'), '/lxc/web');
  assert.equal(cgroupOf('/a.slice/b.slice'), '/a.slice/b.slice');
  assert.equal(cgroupOf('/'), null);
});

test('unnamed container: with another hierarchy alone the path says more', () => {
  const service = '0::/system.slice/containerd.service\n';
  assert.equal(summary(`${service}5:memory:/x/${id}\n`, pidOnly), 'unknown ID');
  assert.equal(summary(`${service}5:memory:/x/web\n`, pidOnly), 'unknown web');
  assert.equal(summary(`5:memory:/x/web\n0::/\n`, pidOnly), 'unknown web');
});
