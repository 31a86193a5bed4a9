// The text of a changelog -> the CVE ids in it. cve.org: CVE, the year, and four digits or more.

const longest = 19;
/** `CVE-2014-7185/4650/1912` stands for three ids of one year; in a path, as `CVE-2014-7185/0001-fix.patch`, it does not. */
const mention = /\bCVE-(\d{4})-(\d{4,})((?:\/\d{4,})*)(?![\w-])(?!\.\w)/gi;
const single = /\bCVE-(\d{4})-(\d{4,})/gi;

/** Each id once, in the order in which the ids first appear. */
export function findCves(text: string): string[] {
  if (!/cve-/i.test(text)) return [];
  const found = new Set<string>();
  const add = (year: string, number: string) => {
    if (number.length <= longest) found.add(`CVE-${year}-${number}`);
  };
  for (const [, year, number] of text.matchAll(single)) add(year!, number!);
  for (const [, year, , others] of text.matchAll(mention)) {
    for (const number of others!.split('/')) if (number !== '') add(year!, number);
  }
  return [...found];
}

/** The newest first: by the year, then by the number. */
export function compareCves(a: string, b: string): number {
  const [, yearA, numberA] = a.split('-') as [string, string, string];
  const [, yearB, numberB] = b.split('-') as [string, string, string];
  return Number(yearB) - Number(yearA) || Number(numberB) - Number(numberA) || (a < b ? -1 : a > b ? 1 : 0);
}
