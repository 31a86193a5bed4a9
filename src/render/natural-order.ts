// Names -> the order in which people look for them: web-4, web-54, web-104. Documents keep the order of bytes.

import { compareBytes } from '../documents/compare-bytes.ts';

/**
 * Returns a text that sorts as the name does. Each number in it stands behind the number of its digits, so that a million digits cost
 * no more than a million letters.
 */
function keyOf(name: string): string {
  return name.replace(/[0-9]+/g, (digits) => {
    const significant = digits.replace(/^0+/, '');
    return String(significant.length).padStart(10, '0') + significant;
  });
}

/** Returns the items in the order of their names; items of one name keep their order. */
export function inNaturalOrder<Item>(items: readonly Item[], nameOf: (item: Item) => string): Item[] {
  return items
    .map((item) => ({ item, name: nameOf(item), key: keyOf(nameOf(item)) }))
    .sort((a, b) => compareBytes(a.key, b.key) || compareBytes(a.name, b.name))
    .map(({ item }) => item);
}
