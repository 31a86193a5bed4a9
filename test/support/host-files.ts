// A few words -> the host's files as the rules for outdated programs ask for them.

import type { HostFiles } from '../../src/outdated/on-host.ts';

export interface TestFile {
  bornAt?: number | null;
  modifiedAt?: number;
  text?: string;
  /** The path that a link leads to. */
  to?: string;
  /** unknown: we must not look. folder: it is no regular file. */
  kind?: 'file' | 'folder' | 'unknown';
}

/** Links are followed as a whole path or as a folder on the way. */
export function filesOf(files: Readonly<Record<string, TestFile>>): HostFiles {
  const resolve = (path: string): string => {
    for (let links = 0; links < 8; links++) {
      const link = Object.keys(files).find((each) => files[each]!.to && (path === each || path.startsWith(`${each}/`)));
      if (link === undefined) return path;
      path = files[link]!.to + path.slice(link.length);
    }
    return path;
  };
  return {
    find: (path) => {
      const real = resolve(path);
      const file = files[real];
      if (file === undefined) return 'absent';
      if (file.kind === 'unknown') return 'unknown';
      return {
        path: real,
        regular: file.kind !== 'folder',
        bornAt: file.bornAt ?? null,
        modifiedAt: file.modifiedAt ?? 0,
      };
    },
    linkAt: (path) => files[path]?.to ?? null,
    beginningOf: (path, most) => files[path]?.text?.slice(0, most) ?? null,
    textOf: (path) => files[resolve(path)]?.text ?? null,
    namesIn: (folder) =>
      files[folder]?.kind === 'unknown'
        ? null
        : Object.keys(files)
            .flatMap((path) => (path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : []))
            .filter((name) => !name.includes('/'))
            .sort(),
  };
}
