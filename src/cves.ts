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

const point = /^\s*[-*+] /;
/** Words for a fix that was not whole: it was taken back, or only a later change completed it. */
const unsettled =
  /incomplete|complet(?:e|es|ed|ing|ion)\b|follow-?\s?ups?\b|revert|reintroduc|back(?:ed|ing)?[ -]out\b/i;

/** The ids in those points of a list that tell of a fix that was not whole. */
export function findUnsettledCves(text: string): string[] {
  if (!/cve-/i.test(text) || !unsettled.test(text)) return [];
  return [...new Set(splitPoints(text).flatMap((each) => (unsettled.test(each) ? findCves(each) : [])))];
}

/** The points of a list, each with all of its lines. Text before the first point is one of its own. */
export function splitPoints(text: string): string[] {
  const points: string[] = [];
  for (const line of text.split('\n')) {
    if (points.length === 0 || point.test(line)) points.push(line);
    else points[points.length - 1] += `\n${line}`;
  }
  return points;
}

/** The year in an id. */
export function yearOf(cve: string): number {
  return Number(cve.split('-')[1]);
}

/** The newest first: by the year, then by the number. */
export function compareCves(a: string, b: string): number {
  return compareParsed(parseCve(a), parseCve(b));
}

/** Each id once, the newest first. */
export function sortCves(ids: Iterable<string>): string[] {
  return [...new Set(ids)]
    .map(parseCve)
    .sort(compareParsed)
    .map(({ id }) => id);
}

interface ParsedCve {
  id: string;
  year: number;
  number: number;
}

function parseCve(id: string): ParsedCve {
  const [, year, number] = id.split('-');
  return { id, year: Number(year), number: Number(number) };
}

function compareParsed(a: ParsedCve, b: ParsedCve): number {
  return b.year - a.year || b.number - a.number || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}
