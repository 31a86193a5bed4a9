// The shipped policy: units whose restart would break something, and units that a signal cures without a restart. The source of
// each rule is the documentation of its daemon. The first match wins, after the user's rules. Facts that systemd itself tells need
// no rule: auditd refuses a manual stop, apt-daily and networking are oneshots, cron's jobs and sshd's sessions outlive
// KillMode=process, and units of systemd-run are transient.

import type { ShippedRule } from './rule.ts';
import { clusterRules } from './shipped-clusters.ts';
import { connectionRules } from './shipped-connections.ts';
import { containerRules } from './shipped-containers.ts';
import { jobRules } from './shipped-jobs.ts';
import { sessionRules } from './shipped-sessions.ts';

const logRules: readonly ShippedRule[] = [
  {
    id: 'rsyslog-hup',
    scope: 'system',
    units: ['rsyslog.service'],
    programs: [],
    when: 'only_logs',
    action: 'signal',
    signal: 'HUP',
    reason: 'reopens its files on SIGHUP and has no ExecReload',
    source: 'rsyslogd(8)',
  },
  {
    id: 'dnsmasq-usr2',
    scope: 'system',
    units: ['dnsmasq.service', 'dnsmasq@*.service'],
    programs: [],
    when: 'only_logs',
    action: 'signal',
    signal: 'USR2',
    reason: 'reopens its log on SIGUSR2; SIGHUP only clears its cache',
    source: 'dnsmasq(8)',
  },
];

const workRules: readonly ShippedRule[] = [
  {
    id: 'package-upgrades',
    scope: 'system',
    units: [
      'apt-daily.service',
      'apt-daily-upgrade.service',
      'unattended-upgrades.service',
      'dnf-automatic*.service',
      'dnf5-automatic.service',
      'packagekit.service',
      'packagekit-offline-update.service',
      'transactional-update.service',
    ],
    programs: [],
    when: 'affected',
    action: 'manual',
    signal: null,
    reason: 'may be in the middle of an upgrade, which a restart would break off: wait until it has ended',
    source: 'https://wiki.debian.org/UnattendedUpgrades',
  },
  {
    id: 'batch-jobs',
    scope: 'system',
    units: [
      'anacron.service',
      'cronie-anacron.service',
      'cron-daily.service',
      'cron-weekly.service',
      'cron-monthly.service',
    ],
    programs: [],
    when: 'affected',
    action: 'manual',
    signal: null,
    reason: 'runs periodic jobs to their end and then ends itself: a restart would break them off',
    source: 'anacron(8)',
  },
  {
    id: 'boot-script',
    scope: 'system',
    units: ['rc-local.service', 'rc.local.service', 'after-local.service', 'boot-local.service'],
    programs: [],
    when: 'affected',
    action: 'manual',
    signal: null,
    reason: 'a restart would run the commands of the boot script again',
    source: 'systemd-rc-local-generator(8)',
  },
  {
    id: 'fuse-file-systems',
    scope: 'system',
    units: ['zfs-fuse.service', 'ceph-fuse@*.service'],
    programs: [],
    when: 'affected',
    action: 'manual',
    signal: null,
    reason: 'serves mounted file systems: programs that use them fail when it ends',
    source: 'fuse(4)',
  },
  {
    id: 'one-connection',
    scope: 'system',
    units: ['*@[0-9]*-*:[0-9]*-*:[0-9]*.service'],
    programs: [],
    when: 'affected',
    action: 'manual',
    signal: null,
    reason: 'serves one connection that its socket unit accepted: a restart ends it and cannot bring it back',
    source: 'systemd.socket(5), Accept=',
  },
];

/** The shipped policy in its order. */
export const shippedRules: readonly ShippedRule[] = [
  ...logRules,
  ...sessionRules,
  ...connectionRules,
  ...containerRules,
  ...workRules,
  ...jobRules,
  ...clusterRules,
];
