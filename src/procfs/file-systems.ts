// What we know of file system types: which answer without asking another host or a process, and which cannot be trusted with devices.

import { formatDevice } from './mountinfo.ts';

/**
 * File systems that the kernel serves from local disks or memory, and those that it stacks on others (see `layered`). Everything
 * else (NFS, CIFS, FUSE, autofs, 9p, virtiofs, AFS, ceph, ecryptfs, and whatever comes) may hang or reach out, and is never
 * stat'ed. filesystems(5), Documentation/filesystems.
 */
const local = new Set([
  'adfs',
  'aufs',
  'bcachefs',
  'binder',
  'bpf',
  'btrfs',
  'cgroup',
  'cgroup2',
  'configfs',
  'cramfs',
  'debugfs',
  'devpts',
  'devtmpfs',
  'efivarfs',
  'erofs',
  'exfat',
  'ext2',
  'ext3',
  'ext4',
  'f2fs',
  'fusectl',
  'hfs',
  'hfsplus',
  'hugetlbfs',
  'iso9660',
  'jffs2',
  'jfs',
  'minix',
  'mqueue',
  'msdos',
  'nilfs2',
  'nsfs',
  'ntfs3',
  'overlay',
  'proc',
  'pstore',
  'ramfs',
  'reiserfs',
  'romfs',
  'rootfs',
  'securityfs',
  'selinuxfs',
  'smackfs',
  'squashfs',
  'sysfs',
  'tmpfs',
  'tracefs',
  'ubifs',
  'udf',
  'ufs',
  'vfat',
  'xfs',
  'zfs',
  'zonefs',
]);

/** Whose files are no files: what is "deleted" there holds no disk space and no old code. */
const kernelMade = new Set(['proc', 'devpts', 'mqueue', 'sysfs', 'cgroup', 'cgroup2']);

/** Where maps and stat name different devices for one file: sub-volumes and layers have devices of their own in stat. */
const ownDevices = new Set(['aufs', 'bcachefs', 'btrfs', 'overlay']);

/**
 * File systems made of folders of others, their layers. stat of a file may be that of the file in a layer below, which keeps its
 * times and its links whatever happens above; and stat waits for the layer, so that the whole is as local as all its layers.
 */
const layered = new Set(['aufs', 'overlay']);

export const isLocal = (fsType: string): boolean => local.has(fsType);
export const isKernelMade = (fsType: string): boolean => kernelMade.has(fsType);
export const isLayered = (fsType: string): boolean => layered.has(fsType);
export const hasOwnDevices = (fsType: string): boolean => ownDevices.has(fsType);
/** nfs and nfs4; fuse, fuseblk and fuse.NAME. */
export const isNfs = (fsType: string): boolean => /^nfs4?$/.test(fsType);
export const isFuse = (fsType: string): boolean => /^fuse(blk)?(\.|$)/.test(fsType);

/** A stat's device number as /proc/PID/maps prints it. makedev(3): 12 + 20 bits of major, 8 + 24 bits of minor, interleaved. */
export function formatStatDevice(device: bigint): string {
  const major = ((device >> 8n) & 0xfffn) | ((device >> 32n) & ~0xfffn);
  const minor = (device & 0xffn) | ((device >> 12n) & ~0xffn & 0xffffffn);
  return formatDevice(Number(major), Number(minor));
}
