#!/bin/sh
# Takes a backup into a folder that is called after this second, or goes on with the one that was broken off. Then those go that are older
# than the last BACKUPS_KEPT. Ends as the backup does (docs/operations.md, Backup and restore).
set -eu

case $BACKUPS_KEPT in
  '' | *[!0-9]* | 0*)
    echo "BACKUPS_KEPT=$BACKUPS_KEPT: give how many backups stay, 1 or more" >&2
    exit 2
    ;;
esac

# In the order of their names, which is that of time. What has no manifest is no backup yet.
whole='' begun=''
for folder in "$BACKUPS_FOLDER"/????-??-??T??????Z; do
  [ -d "$folder" ] || continue
  if [ -e "$folder/manifest.json" ]; then whole=$folder; else begun=$folder; fi
done

# Where files are missing this is its end, too, with 3: of those, an older backup may be the last that has them. And with 4, where this one is
# whole and the one before it is damaged: nothing goes from a disk that somebody should look at first.
node src/commands/backup.ts --to "${begun:-$BACKUPS_FOLDER/$(date -u +%Y-%m-%dT%H%M%SZ)}" ${whole:+--after "$whole"}

set --
for folder in "$BACKUPS_FOLDER"/????-??-??T??????Z; do
  [ ! -e "$folder/manifest.json" ] || set -- "$@" "$folder"
done
while [ $# -gt "$BACKUPS_KEPT" ]; do
  echo "$1 goes: the last $BACKUPS_KEPT stay."
  # Under another name first: half a backup must not be taken for one that was broken off.
  mv "$1" "$1.going"
  shift
done
rm -rf "$BACKUPS_FOLDER"/*Z.going
