// The host's files for the rules of src/outdated/: by looks of the scanner's own view, which cannot hang.

import { isToCome } from '../host/clock.ts';
import { type Host, listTrusted, openConfiguration, readWhole } from '../host/trusted-file.ts';
import type { HostFile, HostFiles } from '../outdated/on-host.ts';
import type { FileLook, PathLook } from '../procfs/view.ts';
import type { Views } from '../procfs/views.ts';

/** How many links may lead from one to the next. */
const mostLinks = 8;

/** Files of configuration are small. In bytes. */
const longestText = 1024 * 1024;
const mostNames = 10_000;

/** Paths are bytes, one character each. */
export function hostFiles({ own, ownMounts }: Views): HostFiles {
  const host: Host = { root: '/', isLocal: (path) => ownMounts.isLocalWalk(path) };
  return {
    find: (path) => {
      let at = path;
      let look: PathLook = own.look(at);
      for (let links = 0; links < mostLinks && look.kind === 'file' && look.target !== null; links++) {
        at = look.target;
        look = own.look(at);
      }
      return look.kind === 'file' ? describe(at, look) : look.kind;
    },
    linkAt: (path) => {
      const look = own.look(path);
      return look.kind === 'file' ? look.target : null;
    },
    beginningOf: (path, most) => own.readBeginning(path, most),
    textOf: (path) => {
      const [, folder, name] = /^(\/[^/]+)\/(.+)$/.exec(path) ?? [];
      const file = folder === undefined ? null : openConfiguration(host, folder, name!);
      return file === null ? null : readWhole(file, longestText);
    },
    namesIn: (path) => {
      const { names, isPartial } = listTrusted(host, path, mostNames);
      return isPartial ? null : names;
    },
  };
}

function describe(path: string, { regular, bornAtNs, modifiedAtNs }: FileLook): HostFile {
  const isKnown = bornAtNs !== null && !isToCome(bornAtNs);
  return { path, regular, bornAt: isKnown ? toMs(bornAtNs) : null, modifiedAt: toMs(modifiedAtNs) };
}

const toMs = (ns: bigint): number => Number(ns / 1_000_000n);
