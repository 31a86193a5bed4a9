// The answers of helpers -> the sockets of each service. The readers here answer from tables, so that crowds cost nothing.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Answers, Item, QuestionName } from '../../src/crew/questions.ts';
import type { Answer, Readers } from '../../src/crew/readers.ts';
import type { OpenSockets } from '../../src/procfs/open-sockets.ts';
import type { NamespaceSockets } from '../../src/procfs/socket-table.ts';
import { Views } from '../../src/procfs/views.ts';
import type { AttributedProcess } from '../../src/report/facts.ts';
import type { ScanOptions } from '../../src/scan/options.ts';
import { readSockets } from '../../src/scan/sockets.ts';
import { makeTree } from '../support/tree.ts';

interface World {
  /** By control group. */
  trees: Record<string, number[] | null>;
  /** By pid; the reader of a process that is not here is blocked. */
  processes: Record<number, OpenSockets | null>;
  /** By network namespace. */
  tables: Record<string, NamespaceSockets | null>;
}

const none: NamespaceSockets = { listening: [], established: [] };
const host = 'net:[1]';
const other = 'net:[2]';
const holds = (network: string, ...inodes: number[]): OpenSockets => ({ network, inodes });
const tcp = (inode: number, port = inode, address = '0.0.0.0') => ({
  ...{ inode, port, address, protocol: 'tcp' as const },
});
const place = (port: number, address = '0.0.0.0', protocol = 'tcp') => ({ protocol, address, port });

function affected(pid: number, name: string, scope: 'system' | 'user' = 'system'): AttributedProcess {
  const unit = { name, scope, uid: scope === 'user' ? 1000 : null, source: 'cgroup_v2' as const };
  return { pid, attribution: { unit } } as AttributedProcess;
}

async function read(
  t: TestContext,
  world: World,
  processes: readonly AttributedProcess[] = [affected(10, 'a.service')],
  groups: readonly (readonly [string, string | null])[] = [['a.service', '/system.slice/a.service']],
) {
  const asked: [name: QuestionName, item: Item][] = [];
  const answer: { [N in QuestionName]?: (item: Item) => Answers[N] | undefined } = {
    cgroupTree: ({ cgroup = '' }) => world.trees[cgroup],
    openSockets: ({ pid }) => world.processes[pid],
    networkSockets: ({ network = '' }) => world.tables[network],
  };
  const readers: Readers = {
    begin: () => {},
    ask: async <N extends QuestionName>(name: N, items: readonly Item[]) =>
      items.map((item): Answer<N> => {
        asked.push([name, item]);
        const read = answer[name]?.(item);
        return read === undefined ? { unread: 'blocked' } : { read: read as Answers[N] };
      }),
    ownPids: () => new Set(),
    close: async () => {},
  };
  const views = new Views();
  t.after(() => views.close());
  const procPath = makeTree(t, { self: { link: String(process.pid) } });
  const sockets = await readSockets(processes, new Map(groups), views, readers, { procPath } as ScanOptions);
  return { sockets: Object.fromEntries(sockets), asked };
}

const simple: World = {
  trees: { '/system.slice/a.service': [10, 11] },
  processes: { 1: holds(host, 900), 10: holds(host, 80, 443, 5), 11: holds(host, 80, 443, 6, 7, 8) },
  tables: { [host]: { listening: [tcp(443), tcp(80), tcp(22)], established: [6, 7, 99] } },
};

test('a socket that several processes inherited counts once, and those of other services do not count', async (t) => {
  const { sockets } = await read(t, simple);
  assert.deepEqual(sockets, { 'a.service': { listening: [place(80), place(443)], unlisted: 0, established: 2 } });
});

test('places are listed once, TCP first, by port and address', async (t) => {
  const world: World = {
    ...simple,
    tables: {
      [host]: {
        listening: [
          { ...tcp(80, 53), protocol: 'udp' },
          tcp(443, 443, '::'),
          tcp(5, 443, '0.0.0.0'),
          tcp(6, 443, '0.0.0.0'),
          tcp(7, 8080, '127.0.0.1'),
        ],
        established: [],
      },
    },
  };
  const { sockets } = await read(t, world);
  assert.deepEqual(sockets['a.service']?.listening, [
    place(443),
    place(443, '::'),
    place(8080, '127.0.0.1'),
    place(53, '0.0.0.0', 'udp'),
  ]);
});

test('64 places are listed, and the others are counted', async (t) => {
  const inodes = Array.from({ length: 100 }, (_, index) => 1000 + index);
  const world: World = {
    ...simple,
    processes: { 1: holds(host), 10: holds(host, ...inodes), 11: holds(host, ...inodes) },
    tables: { [host]: { listening: inodes.map((inode) => tcp(inode)), established: inodes } },
  };
  const { listening = [], unlisted, established } = (await read(t, world)).sockets['a.service'] ?? {};
  assert.deepEqual([listening.length, listening[0]?.port, listening.at(-1)?.port], [64, 1000, 1063]);
  assert.deepEqual([unlisted, established], [36, 100]);
});

test('a service with a network of its own holds sockets there, and those that PID 1 has opened for it', async (t) => {
  const world: World = {
    trees: { '/system.slice/a.service': [10, 11], '/system.slice/b.service': [20] },
    processes: { 1: holds(host), 10: holds(other, 3, 4), 11: holds(other, 4, 80), 20: holds(host, 22) },
    tables: {
      [host]: { listening: [tcp(80), tcp(22)], established: [] },
      [other]: { listening: [tcp(3, 9000)], established: [4] },
    },
  };
  const processes = [affected(10, 'a.service'), affected(20, 'b.service')];
  const groups = ['a.service', 'b.service'].map((name) => [name, `/system.slice/${name}`] as const);
  const { sockets, asked } = await read(t, world, processes, groups);
  assert.deepEqual(sockets, {
    'a.service': { listening: [place(80), place(9000)], unlisted: 0, established: 1 },
    'b.service': { listening: [place(22)], unlisted: 0, established: 0 },
  });
  const tables = asked.filter(([name]) => name === 'networkSockets').map(([, { network, pid }]) => [network, pid]);
  assert.deepEqual(tables.sort(), [
    [host, 1],
    [other, 11],
  ]);
});

test('if PID 1 may not be read, the network of the scanner stands in for its network', async (t) => {
  const { 1: _, ...others } = simple.processes;
  const world: World = {
    ...simple,
    processes: { ...others, 1: null, 10: holds(other, 80), 11: holds(other, 8), [process.pid]: holds(host) },
    tables: { ...simple.tables, [other]: { listening: [], established: [8] } },
  };
  const { sockets } = await read(t, world);
  assert.deepEqual(sockets['a.service'], { listening: [place(80)], unlisted: 0, established: 1 });
});

test('a process that has ended holds nothing', async (t) => {
  const world = { ...simple, processes: { ...simple.processes, 11: { network: null, inodes: [] } } };
  const { sockets } = await read(t, world);
  assert.deepEqual(sockets['a.service'], { listening: [place(80), place(443)], unlisted: 0, established: 0 });
});

const { 11: _, ...without11 } = simple.processes;
const { 1: __, ...without1 } = simple.processes;
const crowd = Array.from({ length: 16 }, (___, index) => 100 + index);
const unknown: [name: string, change: Partial<World>][] = [
  ['a process could not be read', { processes: { ...simple.processes, 11: null } }],
  ['a process keeps its readers waiting', { processes: without11 }],
  ['neither PID 1 nor the scanner can be read', { processes: without1 }],
  ['the processes of the control group are not known', { trees: { '/system.slice/a.service': null } }],
  ['the control group keeps its readers waiting', { trees: {} }],
  ['a table could not be read', { tables: { [host]: null } }],
  ['a table keeps its readers waiting', { tables: {} }],
  [
    'too many network namespaces',
    {
      trees: { '/system.slice/a.service': [10, ...crowd] },
      processes: { ...simple.processes, ...Object.fromEntries(crowd.map((pid) => [pid, holds(`net:[${pid}]`)])) },
      tables: { ...simple.tables, ...Object.fromEntries(crowd.map((pid) => [`net:[${pid}]`, none])) },
    },
  ],
  [
    'many sockets in many network namespaces',
    {
      trees: { '/system.slice/a.service': crowd.slice(0, 10) },
      processes: {
        ...simple.processes,
        ...Object.fromEntries(
          crowd.map((pid) => [
            pid,
            holds(`net:[${pid}]`, ...Array.from({ length: 20_000 }, (___, index) => pid * 20_000 + index)),
          ]),
        ),
      },
      tables: { ...simple.tables, ...Object.fromEntries(crowd.map((pid) => [`net:[${pid}]`, none])) },
    },
  ],
  [
    'too many sockets',
    {
      trees: { '/system.slice/a.service': [10, ...crowd] },
      processes: {
        ...simple.processes,
        ...Object.fromEntries(
          crowd.map((pid) => [
            pid,
            holds(host, ...Array.from({ length: 70_000 }, (___, index) => pid * 70_000 + index)),
          ]),
        ),
      },
    },
  ],
];
for (const [name, change] of unknown) {
  test(`the sockets of a service are not known, and never none: ${name}`, async (t) => {
    assert.deepEqual((await read(t, { ...simple, ...change })).sockets, {});
  });
}

test('one service that cannot be read costs no other', async (t) => {
  const world: World = {
    ...simple,
    trees: { ...simple.trees, '/system.slice/b.service': [20] },
    processes: { ...simple.processes, 20: null },
  };
  const processes = [affected(20, 'b.service'), affected(10, 'a.service')];
  const groups = ['a.service', 'b.service'].map((name) => [name, `/system.slice/${name}`] as const);
  assert.deepEqual(Object.keys((await read(t, world, processes, groups)).sockets), ['a.service']);
});

const unasked: [name: string, processes: AttributedProcess[], groups?: (readonly [string, string | null])[]][] = [
  ['nothing is affected', []],
  ['a unit of a user', [affected(10, 'a.service', 'user')]],
  ['a scope', [affected(10, 'a.scope')], [['a.scope', '/system.slice/a.scope']]],
  ['systemd did not answer', [affected(10, 'a.service')], []],
  ['a unit without a control group', [affected(10, 'a.service')], [['a.service', null]]],
];
for (const [name, processes, groups] of unasked) {
  test(`no helper is asked for sockets: ${name}`, async (t) => {
    const { sockets, asked } = await read(t, simple, processes, groups);
    assert.deepEqual([sockets, asked], [{}, []]);
  });
}
