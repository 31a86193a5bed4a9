// Several helpers, of which one has all the questions: the others share its work.
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Channel } from '../../src/crew/channel.ts';
import type { Hand } from '../../src/crew/hand.ts';
import { Hands } from '../../src/crew/hands.ts';
import { askAbout } from '../../src/crew/question.ts';

const channel: Channel = { pid: 0, send: () => {}, abandon: () => {}, end: async () => {} };

async function startHands(count: number): Promise<Hand[]> {
  const fail = (error: Error) => assert.fail(error);
  const hands = new Hands(async () => channel, {
    onStarted: () => {},
    onData: () => {},
    onEnd: () => {},
    onFailure: fail,
  });
  hands.start(count, true);
  await new Promise((resolve) => setImmediate(resolve));
  const all = [...hands];
  assert.equal(all.length, count);
  const items = Array.from({ length: 40 }, (_, pid) => ({ pid }));
  const { questions } = askAbout('inspect', items, () => {});
  const [busy] = all as [Hand];
  busy.ask(questions);
  busy.watch.look({ reads: 0, state: 'S', ticks: 0 }, 0);
  hands.share();
  return all;
}

const pidsOf = (hand: Hand | undefined) => hand?.asked.map(({ item }) => item.pid);

test('a helper with nothing to do is asked the later half of what another one has not begun', async () => {
  const [, idle] = await startHands(2);
  assert.deepEqual(
    pidsOf(idle),
    Array.from({ length: 20 }, (_, index) => index + 20),
  );
});

test('no process is read by more than two helpers at once, because each of them may be blocked', async () => {
  const hands = await startHands(4);
  assert.ok((pidsOf(hands[3]) ?? []).length > 0, 'there is work for all');
  for (let pid = 0; pid < 40; pid++) {
    const readers = hands.filter((hand) => pidsOf(hand)?.includes(pid)).length;
    assert.ok(readers <= 2, `${readers} helpers read ${pid}`);
  }
});
