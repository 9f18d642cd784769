#!/bin/sh
# Installs the commands, without the window, into /opt/identity-center-wizard. Runs in the image's root.
#   sh install.sh FOLDER      FOLDER holds wizard/, resources/ and requirements.txt
set -eu
from=$1
to=/opt/identity-center-wizard
python3 -m venv "$to"
"$to/bin/pip" install --quiet --no-input --disable-pip-version-check --no-deps --require-hashes --only-binary=:all: \
    --requirement "$from/requirements.txt"
packages=$("$to/bin/python3" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
cp -R "$from/wizard" "$packages/wizard"
rm -rf "$packages/wizard/ui" "$packages/wizard/_resources"
cp -R "$from/resources" "$packages/wizard/_resources"
printf '#!%s/bin/python3 -I\nimport sys\nfrom wizard.__main__ import main\nsys.exit(main())\n' "$to" \
    >"$to/bin/identity-center-wizard"
chmod 755 "$to/bin/identity-center-wizard"
"$to/bin/python3" -m compileall -q "$packages"
"$to/bin/pip" uninstall --quiet --yes pip setuptools 2>/dev/null || true
