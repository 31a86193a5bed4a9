// Items and a key -> groups, as Map.groupBy() makes them, which Node 20 does not have.

/** Groups in the order in which their keys first appear; items keep their order. */
export function groupBy<T>(items: Iterable<T>, keyOf: (item: T) => string | number): Map<string | number, T[]> {
  const groups = new Map<string | number, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
