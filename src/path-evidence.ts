// A path -> the evidence about a file in its name and its folders alone. This evidence is weak: it never decides anything by
// itself, and the kernel's facts about a file (who made it, how it is held) come first. hier(7), file-hierarchy(7).

/** The last component of a path. */
export function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Files that never had a name: memfd_create(2), System V shared memory, shared anonymous memory. */
const neverLinked = /^(\/memfd:|\/SYSV[0-9a-f]{8}$|\/dev\/zero$|\/secretmem$|\/anon_hugepage)/;
const temporary = /^(\/tmp|\/var\/tmp|\/dev\/shm|\/run\/user\/[0-9]+)\//;
/** A word in the name of a folder in which a program unpacks or spills: temp, .cache, mysql-tmp, tmpab12cd_3. */
const workspaceWord = /^(?:te?mp|cache|work|scratch|tmp[a-z0-9]{8})$/i;
/** A folder in which builds put their results and their downloads. */
const buildFolder = /\/(?:build|target|out|dist|workspace|\.gradle|\.m2|\.ivy2|caches?|\.cache)\//i;

/** A name for a file that has no name on disk. */
export function isNeverLinked(path: string): boolean {
  return neverLinked.test(path);
}

/** Below a folder that every user may write to, or whose files end with the user's session. */
export function isTemporary(path: string): boolean {
  return temporary.test(path);
}

/** Below a folder with temp, tmp, work, cache or scratch in its name, at any place: /opt/app/temp, /data/mysql-tmp. */
export function isInWorkspace(path: string): boolean {
  const folders = path.slice(0, path.lastIndexOf('/') + 1);
  return folders.split(/[/._-]/).some((word) => workspaceWord.test(word));
}

/** Below a folder in which builds put their results. */
export function isInBuildFolder(path: string): boolean {
  return buildFolder.test(path);
}

const logPlace = /^\/(?:var|run)\/log\//;
const logFolder = /\/logs?\//i;
const logName = /(?:^|[._-])(?:log|out|err|stdout|stderr|syslog|messages|trace|audit)(?:[._-]|$)/i;

/** How strongly a path says that its file is a log: by the system's folder for logs, by the file's name, by a folder's name. */
export type LogEvidence = 'place' | 'name' | 'folder' | null;

export function logEvidence(path: string): LogEvidence {
  if (isDatabaseFile(path)) return null;
  if (logPlace.test(path)) return 'place';
  return logName.test(fileName(path)) ? 'name' : logFolder.test(path) ? 'folder' : null;
}

/**
 * Files that databases and brokers append to or write beside each other, by their names: Redis, MySQL and
 * InnoDB, PostgreSQL, SQLite, Kafka (a segment is named by its first offset), LevelDB and RocksDB, etcd, Prometheus,
 * Elasticsearch and Lucene, Cassandra, MongoDB, ZooKeeper.
 */
const databaseNames: readonly RegExp[] = [
  /\.(?:aof|rdb|ibd|ibdata|ibtmp|frm|myd|myi|mdb|ldb|sst|wal|tlog|ckp|wt|db|db3|sqlite3?|cfs|tsm|tsi)(?:[.-](?!log$)[^/]*)?$/i,
  /(?:^|[._-])(?:wal|binlog|translog|commitlog|redo|journal)[._-]?[0-9]/i,
  /-(?:wal|shm|journal)$/,
  /[._-](?:relay-)?bin\.[0-9]{6}$/,
  /^ib(?:data|tmp|_logfile)[0-9]+$/,
  /^[0-9]{5,}\.(?:log|index|timeindex|snapshot)$/,
  /^WiredTiger/,
];
/** `log.1a` of ZooKeeper, `base/5/16392` and `pg_wal/…` of PostgreSQL. */
const databasePlaces =
  /\/(?:version-2\/(?:log|snapshot)\.[0-9a-f]+|base\/[0-9]+\/[0-9][^/]*|(?:pg_)?(?:wal|xlog)\/[^/]+|translog\/[^/]+)$/;

/** Whether a database gives its files this name. A file that it writes for people to read does not count. */
export function isDatabaseFile(path: string): boolean {
  const name = fileName(path);
  return databasePlaces.test(path) || databaseNames.some((pattern) => pattern.test(name));
}

/** `libx.so`, `libx.so.1`. Only the last component is tested, since a path may have thousands. */
export function isLibraryName(path: string): boolean {
  return /\.so(?:$|\.)/.test(fileName(path));
}

const placeOfPackages = /^\/(?:usr\/(?!local\/)|lib[^/]*\/|s?bin\/|opt\/)/;

/** Below a folder in which packages have their code. Code elsewhere is somebody's own, and no package fixes it. */
export function isPlaceOfPackages(path: string): boolean {
  return placeOfPackages.test(path);
}
