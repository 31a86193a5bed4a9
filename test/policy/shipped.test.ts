// The shipped policy: for every entry and every pattern of it, a unit that the pattern matches, and the plan's action for the unit.

import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { compileGlob } from '../../src/glob.ts';
import { buildPlan } from '../../src/plan/build.ts';
import { shippedRules } from '../../src/policy/shipped.ts';
import { unitGlobProblem } from '../../src/policy/unit-glob.ts';
import { facts, libc, process, report, rotatedLog, unit } from '../support/reports.ts';

interface Row {
  rule: string;
  action: string;
  units: readonly string[];
  logsOnly?: true;
  canReload?: true;
  user?: true;
  program?: string;
  /** An alias of the unit, which the rule names instead of the unit's own name. */
  alias?: string;
}

const services = (...lines: string[]) => lines.flatMap((line) => line.split(' ').map((name) => `${name}.service`));

const rows: readonly Row[] = [
  { rule: 'rsyslog-hup', action: 'signal', logsOnly: true, units: ['rsyslog.service'] },
  { rule: 'dnsmasq-usr2', action: 'signal', logsOnly: true, units: ['dnsmasq.service', 'dnsmasq@lan.service'] },
  {
    rule: 'message-bus',
    action: 'reboot',
    units: ['dbus.service', 'dbus-broker.service', 'dbus-daemon.service', 'messagebus.service'],
  },
  { rule: 'login-manager', action: 'reboot', units: ['systemd-logind.service', 'elogind.service'] },
  {
    rule: 'session-keepers',
    action: 'manual',
    logsOnly: true,
    units: services('dbus dbus-broker dbus-daemon messagebus systemd-logind elogind'),
  },
  {
    rule: 'display-manager',
    action: 'manual',
    units: services(
      'display-manager gdm gdm3 greetd lightdm lxdm ly ly@tty2 nodm plasmalogin sddm slim wdm xdm cage@tty1 cosmic-greeter',
      'emptty entrance kdm lemurs mdm tdm weston weston@alice',
    ),
  },
  {
    rule: 'remote-desktop',
    action: 'manual',
    units: services(
      'chrome-remote-desktop@alice dcvserver nxserver tigervncserver@:1 vncserver@:1 vncserver-virtuald xpra@alice',
      'xrdp-sesman',
    ),
  },
  { rule: 'login-prompt', action: 'restart', program: '/usr/sbin/agetty', units: ['getty@tty1.service'] },
  {
    rule: 'console-login',
    action: 'manual',
    program: '/usr/bin/login',
    units: [
      'getty@tty1.service',
      'serial-getty@ttyS0.service',
      'container-getty@1.service',
      'console-getty.service',
      'autovt@tty2.service',
      'kmsconvt@tty1.service',
    ],
  },
  { rule: 'rescue-shell', action: 'manual', units: ['emergency.service', 'rescue.service', 'debug-shell.service'] },
  { rule: 'user-message-bus', action: 'manual', user: true, units: ['dbus.service', 'dbus-broker.service'] },
  {
    rule: 'user-desktop',
    action: 'manual',
    user: true,
    units: [
      'gamescope-session-plus@steam.service',
      'gnome-shell-wayland.service',
      'mobi.phosh.Shell.service',
      'niri.service',
      'org.gnome.Shell@wayland.service',
      'org.gnome.SettingsDaemon.Power.service',
      'gnome-session-manager@gnome.service',
      'gnome-terminal-server.service',
      'plasma-kwin_wayland.service',
      'plasma-ksmserver.service',
      'wayland-wm@sway.desktop.service',
      'xfce4-session.service',
    ],
  },
  {
    rule: 'network',
    action: 'manual',
    units: [
      'NetworkManager ModemManager connman dhcpcd dhcpcd@eth0 dhclient@eth0 hostapd hostapd@wlan0 ifup@eth0 iwd',
      'netctl@home netctl-auto@wlan0 network networking openvswitch openvswitch-switch ovs-vswitchd systemd-networkd',
      'wicked wickedd wickedd-dhcp4 wpa_supplicant wpa_supplicant@wlan0 wpa_supplicant-nl80211@wlan0',
    ].flatMap((line) => line.split(' ').map((name) => `${name}.service`)),
  },
  {
    rule: 'vpn',
    action: 'manual',
    units: [
      'ipsec libreswan nebula nebula@mesh ocserv openconnect@office openvpn openvpn@tun0 openvpn-client@office',
      'openvpn-server@main ppp@dsl strongswan strongswan-starter tailscaled tinc tinc@mesh vpnc@office wg-quick@wg0',
      'xl2tpd zerotier-one',
    ].flatMap((line) => line.split(' ').map((name) => `${name}.service`)),
  },
  {
    rule: 'routing',
    action: 'manual',
    units: 'bird bird6 frr keepalived quagga zebra bgpd ospfd'.split(' ').map((name) => `${name}.service`),
  },
  { rule: 'docker', action: 'manual', units: services('docker snap.docker.dockerd balena balena-engine') },
  { rule: 'containerd', action: 'restart', units: ['containerd.service', 'crio.service'] },
  {
    rule: 'nspawn',
    action: 'manual',
    units: services('systemd-nspawn@web systemd-vmspawn@vm container@web lxc@web microvm@vm pve-container@101 qemu@vm'),
  },
  {
    rule: 'rootless-containers',
    action: 'manual',
    user: true,
    units: services('docker containerd k3s-rootless buildkit'),
  },
  { rule: 'lxcfs', action: 'manual', units: ['lxcfs.service'] },
  {
    rule: 'libvirt-keepers',
    action: 'reload',
    canReload: true,
    units: ['virtlockd.service', 'virtlogd.service'],
  },
  { rule: 'libvirt-keepers', action: 'manual', units: ['virtlockd.service'] },
  { rule: 'libvirt', action: 'restart', units: ['libvirtd.service', 'virtqemud.service', 'virtnetworkd.service'] },
  {
    rule: 'package-upgrades',
    action: 'manual',
    units: [
      'apt-daily apt-daily-upgrade unattended-upgrades dnf-automatic dnf-automatic-install dnf5-automatic packagekit',
      'packagekit-offline-update transactional-update',
    ].flatMap((line) => line.split(' ').map((name) => `${name}.service`)),
  },
  {
    rule: 'batch-jobs',
    action: 'manual',
    units: 'anacron cronie-anacron cron-daily cron-weekly cron-monthly'.split(' ').map((name) => `${name}.service`),
  },
  {
    rule: 'boot-script',
    action: 'manual',
    units: 'rc-local rc.local after-local boot-local'.split(' ').map((name) => `${name}.service`),
  },
  { rule: 'fuse-file-systems', action: 'manual', units: ['zfs-fuse.service', 'ceph-fuse@-mnt-data.service'] },
  {
    rule: 'one-connection',
    action: 'manual',
    units: ['sshd@12-10.0.0.1:22-10.0.0.2:51234.service', 'ssh@3-fe80::1:22-fe80::2:40000.service'],
  },
  {
    rule: 'job-daemons',
    action: 'manual',
    units: services(
      'atd cron cronie crond fcron gridengine-exec gridengine-execd nomad pbs pbs_mom pbs-mom sge_execd sgeexecd.p6444',
      'slurmd slurmd@n1 slurm-llnl torque-mom flux kojid lava-worker lsfd mesos-agent mesos-slave nomad-client oar-node',
    ),
  },
  { rule: 'condor', action: 'manual', units: services('condor htcondor') },
  {
    rule: 'ci-runner',
    action: 'manual',
    units: services(
      'act_runner actions.runner.acme-web.host1 bamboo-agent buildbot-worker@default buildkite-agent buildkite-agent@2',
      'circleci-runner concourse-worker drone-agent drone-runner-exec forgejo-runner gitea-runner github-runner-1',
      'gitlab-runner gitlab-runner-2 go-agent go-agent-1 jenkins-agent jenkins-slave openqa-worker@1 osbuild-worker@1',
      'teamcity-agent teamcity-build-agent2 travis-worker vm0-runner-7 vsts.agent.acme.Default.host1 woodpecker-agent',
      'act-runner actions-runner@1 buildkit buildkitd circleci debusine-worker github-actions-runner jenkins-swarm-client',
      'laminar obsworker swarm-client',
    ),
  },
  { rule: 'jenkins', action: 'manual', units: services('jenkins') },
  {
    rule: 'supervisor',
    action: 'manual',
    units: services(
      'circus circusd daemontools immortaldir pm2 pm2-deploy runit runsvdir runsvdir@alice runsvdir-start s6-svscan supervisor supervisord',
      'svscan',
    ),
  },
  {
    rule: 'terminal-multiplexer',
    action: 'manual',
    units: services('abduco@a byobu@a dtach@a screen screen@alice tmux tmux@alice zellij@a'),
  },
  {
    rule: 'notebooks',
    action: 'manual',
    units: services('code-server@alice jupyterhub jupyter-notebook openvscode-server rstudio-server'),
  },
  {
    rule: 'user-jobs',
    action: 'manual',
    user: true,
    units: services('run-r0a1b2c3d4e5f60718293a4b5c6d7e8f9 run-u42 run-p640-i641'),
  },
  {
    rule: 'user-terminals',
    action: 'manual',
    user: true,
    units: services(
      'app-firefox@9c1 app-gnome-org.gnome.Evolution-9 code-server emacs foot-server jupyter screen tmux tmux@0',
    ),
  },
  {
    rule: 'cluster-manager',
    action: 'manual',
    units: services('corosync dlm heartbeat pacemaker pacemaker_remote sbd'),
  },
  { rule: 'patroni', action: 'manual', units: services('patroni patroni@main stolon-keeper') },
  { rule: 'drbd', action: 'manual', units: services('drbd drbd@r0') },
  { rule: 'glusterd', action: 'manual', units: services('glusterd glusterfsd') },
  { rule: 'ceph', action: 'manual', units: services('ceph-mon@a ceph-osd@3 ceph-4b5c8c0a-ff60-11ee@osd.1') },
  { rule: 'rabbitmq', action: 'manual', units: services('rabbitmq-server rabbitmq-server@a') },
  {
    rule: 'cluster-member',
    action: 'manual',
    units: services('cassandra consul etcd etcd@default etcd-member scylla-server'),
  },

  // Every name of a unit counts.
  {
    rule: 'display-manager',
    action: 'manual',
    alias: 'display-manager.service',
    units: services('cosmic-greeter lemurs'),
  },
  { rule: 'message-bus', action: 'reboot', alias: 'dbus.service', units: services('some-broker') },
  { rule: 'console-login', action: 'manual', alias: 'autovt@tty3.service', units: services('kmsconvt@tty3') },
];

for (const { rule, action, units, logsOnly, canReload, user, program, alias } of rows) {
  for (const name of units) {
    test(`${name}${program ? ` of ${program}` : ''}: ${action}, ${rule}`, () => {
      const owner = { scope: 'user', user: { uid: 1000, name: 'deploy' }, systemd: null } as const;
      const names = alias === undefined ? [name] : [alias, name];
      const loaded = { systemd: { ...facts, names, can_reload: canReload ?? false } };
      const files = [logsOnly ? rotatedLog : libc];
      const executable = program ? { path: program, path_base64: null, deleted: false } : null;
      const processes = [
        process(100, files, { executable, unit: { name, scope: 'system', user: null, source: 'cgroup_v2' } }),
      ];
      const plan = buildPlan(report({ units: [unit(name, files, user ? owner : loaded)], processes }), [], '');
      deepEqual(
        plan.actions.map((each) => [each.action, each.unit, each.policy?.rule]),
        [[action, name, rule]],
      );
      const said = alias === undefined ? '' : ` (by its alias ${alias})`;
      equal(plan.actions[0]!.policy?.reason, shippedRules.find(({ id }) => id === rule)!.reason + said);
      equal(plan.reboot.required, action === 'reboot');
    });
  }
}

test('every entry, and every pattern of it, has a row', () => {
  for (const { id, units } of shippedRules) {
    const examples = rows.filter(({ rule, alias }) => rule === id && alias === undefined).flatMap((row) => row.units);
    // The prompt and the login have the same patterns; the login's row has them all.
    const patterns = id === 'login-prompt' ? ['getty@*.service'] : units;
    for (const pattern of patterns) ok(examples.some(compileGlob(pattern)), `${id}: ${pattern}`);
  }
});

test('every entry is sound: one id, patterns that can match, a reason and a source', () => {
  equal(new Set(shippedRules.map(({ id }) => id)).size, shippedRules.length);
  for (const { id, units, action, signal, reason, source } of shippedRules) {
    for (const pattern of units) equal(unitGlobProblem(pattern), null, pattern);
    ok(reason.length > 20 && /\(\d\)|^https:\/\//.test(source), id);
    equal(action === 'signal', signal !== null, id);
  }
});

const untouched = [
  'docker.socket',
  'dbus.socket',
  'sshd.service',
  'postgresql@15-main.service',
  'getty.service',
  'systemd-journald.service',
  'backup@2026-01-01.service',
  'network-online.service',
  // Services that are restarted every day, some with several users or many workers.
  'apache2.service',
  'celery.service',
  'ceph.target',
  'dovecot.service',
  'kubelet.service',
  'mariadb.service',
  'nginx.service',
  'php8.2-fpm.service',
  'postfix@-.service',
  'run-r0a1b2c3d4e5f60718293a4b5c6d7e8f9.service',
  'runner.service',
  'slurmctld.service',
  'tmuxinator-web.service',
  'uwsgi-emperor.service',
];
for (const name of untouched) {
  test(`no shipped rule is about ${name}`, () => {
    equal(buildPlan(report({ units: [unit(name, [libc])] }), [], '').actions[0]!.policy, null);
  });
}

const sparing = services('slurmd atd cron pbs nomad glusterd rstudio-server');
for (const name of sparing) {
  test(`${name} with KillMode=process is restarted, its jobs live on`, () => {
    const systemd = { ...facts, kill_mode: 'process' };
    const { services: restarted, actions } = buildPlan(report({ units: [unit(name, [libc], { systemd })] }), [], '');
    deepEqual([restarted, actions[0]!.policy], [[name], null]);
  });
  test(`${name} is left to people if its KillMode is not known`, () => {
    const { actions } = buildPlan(report({ units: [unit(name, [libc], { systemd: null })] }), [], '');
    deepEqual([actions[0]!.action, actions[0]!.argv], ['manual', null]);
  });
}

test('a pattern that only ever restarts meets no alias', () => {
  // virt*d.service is a rule for a restart of code.
  const systemd = { ...facts, names: ['a.service', 'virtd.service'], transient: true };
  const { actions } = buildPlan(report({ units: [unit('a.service', [libc], { systemd })] }), [], '');
  deepEqual([actions[0]!.action, actions[0]!.policy, actions[0]!.blocked_by], ['manual', null, 'transient']);
});
