// Shipped policy for members of clusters. Most of them bear a restart on one host at a time, but not on all hosts at once, and a
// playbook restarts them on all hosts at once. So a person who knows the cluster decides when.

import type { ShippedRule } from './rule.ts';

/** The fields that are the same in all of these rules. */
const leave = { scope: 'system', programs: [], when: 'affected', action: 'manual', signal: null } as const;

export const clusterRules: readonly ShippedRule[] = [
  {
    ...leave,
    id: 'cluster-manager',
    units: [
      'corosync.service',
      'dlm.service',
      'heartbeat.service',
      'pacemaker.service',
      'pacemaker_remote.service',
      'sbd.service',
    ],
    reason:
      'the cluster stops its resources here or moves them, or fences this host: standby or maintenance mode comes first',
    source:
      'https://susedoc.github.io/doc-sleha/SLEHA12SP4/html/SLE-HA-guide/cha-ha-maintenance.html; pacemakerd(8); sbd(8)',
  },
  {
    ...leave,
    id: 'patroni',
    units: ['patroni.service', 'patroni@*.service', 'stolon-keeper*.service'],
    reason: 'takes its PostgreSQL down with it, and the leader fails over: pause the cluster or switch over first',
    source: 'https://patroni.readthedocs.io/en/latest/pause.html',
  },
  {
    ...leave,
    id: 'drbd',
    units: ['drbd.service', 'drbd@*.service'],
    reason: 'takes replicated devices away from the programs on this host: move the programs that use them away first',
    source: 'drbdadm(8)',
  },
  {
    ...leave,
    id: 'glusterd',
    units: ['glusterd.service', 'glusterfsd.service'],
    when: 'ends_all_processes',
    reason:
      'its bricks run in this unit, which does not have KillMode=process: usually safe on one host at a time, after the heal',
    source: 'glusterd(8); systemd.kill(5)',
  },
  {
    ...leave,
    id: 'ceph',
    units: ['ceph-*@*.service'],
    reason: 'is a member of a cluster: usually safe one at a time, once ceph says that it is ok to stop',
    source: 'https://docs.ceph.com/en/latest/cephadm/upgrade/',
  },
  {
    ...leave,
    id: 'rabbitmq',
    units: ['rabbitmq-server.service', 'rabbitmq-server@*.service'],
    reason:
      'may be a member of a cluster: usually safe on one host at a time, once its queues keep their quorum without it',
    source: 'rabbitmq-upgrade(8)',
  },
  {
    ...leave,
    id: 'cluster-member',
    units: [
      'cassandra.service',
      'consul.service',
      'etcd.service',
      'etcd@*.service',
      'etcd-member.service',
      'scylla-server.service',
    ],
    reason: 'may be a member of a cluster: usually safe on one host at a time, once the others are well',
    source:
      'https://etcd.io/docs/v3.5/op-guide/runtime-configuration/; https://developer.hashicorp.com/consul/commands/leave; nodetool(1) drain',
  },
];
