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
/** log, logs, nginx-logs, app_log: but not the logs of changes that a database replays, as in raft-log and txn_logs. */
const logFolder =
  /\/(?:(?!(?:[^/]*[._-])?(?:ahead|bin|commit|edit|op|raft|redo|relay|trans(?:action)?|txn|undo|wal)[._-]logs?\/)[^/]*[._-])?logs?\//i;
/** A number may follow at once: server.log00012 of WebLogic, access.log20240101. */
const logName = /(?:^|[._-])(?:(?:log|out|err)[0-9]*|stdout|stderr|syslog|messages|trace|audit)(?:[._-]|$)/i;

/** How strongly a path says that its file is a log: by the system's folder for logs, by the file's name, by a folder's name. */
export type LogEvidence = 'place' | 'name' | 'folder' | null;

export function logEvidence(path: string): LogEvidence {
  if (isDatabaseFile(path)) return null;
  if (logPlace.test(path)) return 'place';
  return logName.test(fileName(path)) ? 'name' : logFolder.test(path) ? 'folder' : null;
}

/** A date is no sequence number: programs that begin a log each day name it 20240131.log or journal-2024-01-31.log. */
const noDate = `(?!(?:19|20)[0-9]{2}[._-]?(?:0[1-9]|1[0-2])[._-]?(?:0[1-9]|[12][0-9]|3[01]))`;
/** A sequence number: padded with zeros, or shorter than a time in seconds. */
const sequence = `(?:0[0-9]{4,}|${noDate}[0-9]{5,8})`;

/**
 * Files that databases and brokers append to or write beside each other, by their names: Redis, MySQL and InnoDB, Aria,
 * PostgreSQL, SQLite, Kafka (a segment is named by its first offset, and renamed to *.deleted before it is unlinked), LevelDB and
 * RocksDB, Pebble, etcd, Prometheus, Elasticsearch and Lucene, Cassandra, MongoDB, ZooKeeper, Berkeley DB, Redpanda, Ratis,
 * Oracle, Db2, SQL Server, Tarantool, Mnesia.
 */
const databaseNames: readonly RegExp[] = [
  /\.(?:aof|rdb|ibd|ibdata|ibtmp|frm|myd|myi|mdb|ldb|sst|wal|tlog|ckp|wt|db|db3|sqlite3?|cfs|tsm|tsi)(?:[.-](?!log(?:[._-]|$))[^/]*)?$/i,
  /\.(?:[mnl]df|dblwr|xlog|vylog|raftlog|vlog|couch|rdq|jdb)$/i,
  new RegExp(`(?:^|[._-])(?:wal|binlog|translog|commitlog|redo|journal)[._-]?${noDate}[0-9]`, 'i'),
  /-(?:wal|shm|journal)$/,
  /[._-](?:relay-)?bin\.[0-9]{6}$/,
  /^ib(?:data|tmp|_logfile)[0-9]+$/,
  new RegExp(
    String.raw`^${sequence}(?:-[0-9]{3})?\.(?:log|index|timeindex|txnindex|snapshot)(?:\.(?:deleted|cleaned|swap))?$`,
  ),
  /^WiredTiger/,
  /^_[0-9a-z]+(?:_[0-9A-Za-z_]+)?\.(?:cfe|cfs|dvd|dvm|fdm|fdt|fdx|fnm|kdd|kdi|kdm|nvd|nvm|pay|pos|tim|tip|tmd)$/,
  /^(?:aria_log\.[0-9]{8}|undo_[0-9]{3}|log\.0[0-9]{9}|[0-9]+-[0-9]+-v[0-9]\.log|log_inprogress_[0-9]+)$/,
  /^(?:S[0-9]{7}\.LOG|LATEST\.LOG|o1_mf_[0-9]+_[^/]*_\.log|MANIFEST-[0-9]{6,})$/,
];
/** `log.1a` of ZooKeeper, `base/5/16392`, `PG_15_202209061/5/16392` and `pg_wal/…` of PostgreSQL, `chunks_head/…` of Prometheus. */
const databasePlaces =
  /\/(?:version-2\/(?:log|snapshot)\.[0-9a-f]+|(?:base|PG_[0-9]+_[0-9]+)\/[0-9]+\/[0-9][^/]*|chunks_head\/[0-9]+|(?:(?:pg_)?(?:wal|xlog)|wbl|translog)\/(?![^/]*\.log(?:[._-][^/]*)?$)[^/]+)$/;

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
