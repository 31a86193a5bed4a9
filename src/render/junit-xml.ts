// Test cases -> the XML of one JUnit suite. junit-10.xsd (Jenkins xUnit plugin); XML 1.0, 2.2.

import XMLBuilder from 'fast-xml-builder';

export type Outcome = 'failure' | 'error' | 'skipped' | null;

export interface Case {
  name: string;
  outcome: Outcome;
  message: string;
  lines: string[];
}

export interface Suite {
  name: string;
  /** null if the suite is about more than one host. */
  hostname: string | null;
  /** UTC, as in every document. */
  timestamp: string;
  /** null if it is not known. */
  seconds: number | null;
  cases: readonly Case[];
}

/** Every text must be sanitized, so that no character is left that XML forbids; the builder escapes the markup. */
export function renderSuite({ name, hostname, timestamp, seconds, cases }: Suite): string {
  const total = (outcome: Outcome): string => String(cases.filter((each) => each.outcome === outcome).length);
  const suite = {
    '@name': name,
    '@tests': String(cases.length),
    '@failures': total('failure'),
    '@errors': total('error'),
    '@skipped': total('skipped'),
    // The schema wants digits, and from 1e21 on toFixed() writes an exponent.
    ...(seconds === null ? {} : { '@time': Math.min(seconds, 1e12).toFixed(3) }),
    '@timestamp': timestamp.replace('Z', ''),
    ...(hostname === null ? {} : { '@hostname': hostname }),
    testcase: cases.map(toElement),
  };
  const builder = new XMLBuilder({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    suppressEmptyNode: true,
    suppressBooleanAttributes: false,
    format: true,
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n${builder.build({ testsuites: { testsuite: suite } }).trimEnd()}\n`;
}

function toElement({ name, outcome, message, lines }: Case): object {
  const head = { '@name': name, '@classname': 'lib-users' };
  if (outcome === null) return lines.length === 0 ? head : { ...head, 'system-out': lines.join('\n') };
  const type = outcome === 'skipped' ? {} : { '@type': outcome === 'failure' ? 'drift' : 'incomplete' };
  return { ...head, [outcome]: { '@message': message, ...type, '#text': lines.join('\n') } };
}
