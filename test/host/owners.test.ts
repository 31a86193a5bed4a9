// login.defs, subuid and passwd -> the owner of a uid.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readOwners } from '../../src/host/owners.ts';
import { makeTree } from '../support/tree.ts';

test('people have the uids of login.defs and are nobody, services have those below', (t) => {
  const kindOf = (files: Record<string, string>) => {
    const ownerOf = readOwners(makeTree(t, files));
    return (uid: number) => ownerOf(uid).kind;
  };
  const usual = kindOf({});
  assert.deepEqual(
    [0, 33, 999, 1000, 60000, 60001, 60513, 60514, 61184, 65519, 65535, 65534, 65536, 1_200_000_001].map(usual),
    ['root', 'service', 'service', ...Array(4).fill('user'), ...Array(4).fill('service'), ...Array(3).fill('user')],
  );
  const own = kindOf({ 'etc/login.defs': '# UID_MIN 7\nUID_MIN\t\t  500 \nUID_MAX 2000\nSYS_UID_MIN 100\n' });
  assert.deepEqual([499, 500, 2000, 2001].map(own), ['service', 'user', 'user', 'service']);
});

test('the uids of a range of subuid are its one owner', (t) => {
  const ownerOf = readOwners(
    makeTree(t, {
      'etc/passwd': 'root:x:0:0::/:\nalice:x:1000:1000::/:\ndockremap:x:998:998::/:\n',
      'etc/subuid':
        'alice:100000:65536\n1001:165536:65536\ndockremap:300000:65536\nnobodyknows:400000:9\n#alice:500000:9\n',
    }),
  );
  const keyOf = (uid: number) => ownerOf(uid).key;
  assert.deepEqual([1000, 100000, 165535, 165536, 231071, 231072].map(keyOf), [1000, 1000, 1000, 1001, 1001, 231072]);
  // A container that the system started has users of its own.
  assert.deepEqual([300000, 300001, 400000, 500000].map(keyOf), [300000, 300001, 400000, 500000]);
  assert.equal(ownerOf(300000).kind, 'user');
});
