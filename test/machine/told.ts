// A report -> what it says of outdated and of gone code, in lines that a test compares.

import type { Report } from '../../src/documents/generated/report.ts';

/** Each certain or likely entry as `unit package version`, or as `unit` if the script is of no package. */
export function outdatedLines({ units }: Report): string[] {
  return units
    .flatMap(({ name, outdated = [] }) =>
      outdated
        .filter(({ confidence }) => confidence !== 'possible')
        .map(({ package: owner }) => (owner === null ? name : `${name} ${owner.name} ${owner.version}`)),
    )
    .sort();
}

/** The units with gone code at a path for which `isWanted` is true. */
export function unitsWithGone({ units }: Report, isWanted: (path: string) => boolean = () => true): string[] {
  return units
    .filter(({ files }) => files.some(({ path, role }) => role === 'code' && isWanted(path)))
    .map(({ name }) => name)
    .sort();
}
