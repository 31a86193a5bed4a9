// A JSON document -> one with a few values changed, so that most of them are still documents that a reader takes.

import { edges, mutate, traps } from './mutate.ts';
import type { Random } from './random.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

interface Place {
  holder: Json[] | { [key: string]: Json };
  key: string | number;
}

const oddTexts = [
  ...[
    '',
    ' ',
    '\ud800',
    '\u202e',
    '\u2028',
    '\ufeff',
    '\uffff',
    '\u0000',
    '\u001b[2J',
    '\u0085',
    '\u{e0041}',
    ']]>',
    '<!--',
  ],
  ...[
    '2026-11-23T07:40:12Z',
    '0000-00-00T00:00:00Z',
    '9999-99-99T99:99:99Z',
    'dbus.service',
    'session-1.scope',
    '//8=',
  ],
];
const oddValues: readonly Json[] = [null, true, false, 0, -0, 1, -1, 1e308, 2 ** 53, 4294967295, 4294967296, [], {}];

/** Texts that are no JSON are changed as bytes, and now and then the others too. */
export function mutateJson(input: Buffer, random: Random, others: readonly Buffer[]): Buffer {
  if (random.below(8) === 0) return mutate(input, random, others);
  try {
    const document = JSON.parse(input.toString('utf8')) as Json;
    const other = placesOf(JSON.parse(random.of(others).toString('utf8')) as Json);
    for (let rounds = 1 + random.below(3); rounds > 0; rounds--) change(placesOf(document), other, random);
    return Buffer.from(JSON.stringify(document, null, random.below(2) * 2), 'utf8');
  } catch {
    return mutate(input, random, others);
  }
}

function change(places: readonly Place[], others: readonly Place[], random: Random): void {
  if (places.length === 0) return;
  const { holder, key } = random.of(places);
  const value = get(holder, key);
  // Nine times out of ten the type stays, because otherwise hardly any document would be accepted.
  if (random.below(10) === 0) set(holder, key, random.of(oddValues));
  else if (typeof value === 'string') set(holder, key, changeText(value, others, random));
  else if (typeof value === 'number') set(holder, key, Number(random.of(edges)) || random.below(10));
  else if (typeof value === 'boolean') set(holder, key, !value);
  else if (Array.isArray(value) && value.length > 0) {
    if (random.below(2) === 0) value.splice(random.below(value.length), 1);
    else value.splice(random.below(value.length), 0, structuredClone(random.of(value)));
  } else {
    // The same key of another document, or of another place in this one.
    const alike = [...others, ...places].filter((place) => place.key === key);
    if (alike.length > 0) set(holder, key, structuredClone(get(random.of(alike).holder, key)));
  }
}

function changeText(text: string, others: readonly Place[], random: Random): string {
  const trap = Buffer.from(random.of(traps), 'latin1').toString(random.below(2) === 0 ? 'utf8' : 'latin1');
  const at = random.below(text.length + 1);
  switch (random.below(4)) {
    case 0:
      return random.of(oddTexts);
    case 1:
      return text.slice(0, at) + random.of([trap, random.of(oddTexts)]) + text.slice(at);
    case 2:
      return text.slice(0, at);
    default: {
      const { holder, key } = random.of(others);
      const other = get(holder, key);
      return typeof other === 'string' ? other : text;
    }
  }
}

function placesOf(document: Json): Place[] {
  const places: Place[] = [];
  const visit = (value: Json): void => {
    if (value === null || typeof value !== 'object') return;
    for (const key of Array.isArray(value) ? value.keys() : Object.keys(value)) {
      places.push({ holder: value, key });
      visit(get(value, key));
    }
  };
  visit(document);
  return places;
}

const get = (holder: Place['holder'], key: Place['key']): Json => (holder as Record<string, Json>)[key]!;
const set = (holder: Place['holder'], key: Place['key'], value: Json): void => {
  (holder as Record<string, Json>)[key] = value;
};
