# Which versions of which packages the processes of this host still run, and which CVE ids were fixed since: by dpkg.log, the
# time at which each old file lost its name, and the changelogs, compared by dpkg itself. It shares nothing with the program that it is compared with.

import datetime
import glob
import gzip
import json
import os
import re
import subprocess


def compare(a, relation, b):
    return subprocess.run(['dpkg', '--compare-versions', a, relation, b]).returncode == 0


def seconds_of(date, time):
    return datetime.datetime.strptime(f'{date} {time}', '%Y-%m-%d %H:%M:%S').timestamp()


def log_lines():
    for path in sorted(glob.glob('/var/log/dpkg.log*'), reverse=True):
        opener = gzip.open if path.endswith('.gz') else open
        with opener(path, 'rt') as file:
            yield from (line.split() for line in file)


def changes():
    for words in log_lines():
        if len(words) == 6 and words[2] == 'upgrade':
            yield words[3].split(':')[0], words[4], seconds_of(words[0], words[1])


def owner(path):
    for name in (path, path.removeprefix('/usr')):
        answer = subprocess.run(['dpkg-query', '-S', name], capture_output=True, text=True)
        if answer.returncode == 0:
            return answer.stdout.split(':')[0]
    return None


def gone_code():
    for folder in glob.glob('/proc/[0-9]*'):
        try:
            with open(f'{folder}/maps') as file:
                lines = file.read().splitlines()
        except OSError:
            continue
        gone = {line[73:].removesuffix(' (deleted)'): line.split()[0] for line in lines if line.endswith(' (deleted)')}
        for path, span in gone.items():
            if path == '/':
                # A unit that binds its program over itself, as redis does: the kernel has no other name for it.
                with open(f'{folder}/comm') as file:
                    path = os.path.realpath('/usr/bin/' + file.read().strip())
            if path.startswith('/usr/'):
                begin, end = (int(number, 16) for number in span.split('-'))
                yield int(folder.rsplit('/')[-1]), path, os.stat(f'{folder}/map_files/{begin:x}-{end:x}').st_ctime


def ids(package, running, installed):
    for name in ('changelog.Debian.gz', 'changelog.gz'):
        path = f'/usr/share/doc/{package}/{name}'
        if os.path.exists(path):
            break
    found, older, unsettled = set(), set(), set()
    place, point = None, ''
    with gzip.open(path, 'rt', errors='replace') as file:
        for line in file:
            heading = re.match(r'\S+ \(([^)]+)\) ', line)
            if heading:
                later = compare(heading[1], 'gt', running)
                place = older if not later else found if compare(heading[1], 'le', installed) else None
            if heading or re.match(r'\s*[-*+] ', line):
                point = ''
            point += line
            named = re.findall(r'CVE-\d{4}-\d{4,}', point)
            if place is not None:
                place.update(named)
                if re.search(r'incomplete|complet(e|es|ed|ing|ion)\b|follow-?\s?ups?\b|revert|reintroduc|back(ed|ing)?[ -]out', point, re.I):
                    unsettled.update(named)
    return sorted(found - (older - unsettled))


log = list(changes())
uses = {}
for pid, path, lost_at in gone_code():
    package = owner(path)
    if package is None:
        continue
    # The upgrade that took the file's name away is the last that began before that.
    running = [old for name, old, at in log if name == package and at <= lost_at + 1][-1]
    uses.setdefault((package, running), set()).add(pid)
result = []
for (package, running), pids in sorted(uses.items()):
    installed = subprocess.run(['dpkg-query', '-W', '-f', '${Version}', package], capture_output=True, text=True, check=True).stdout
    result.append([package, running, installed, ids(package, running, installed), sorted(pids)])
print(json.dumps(result))
