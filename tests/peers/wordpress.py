"""Debian's WordPress on a MariaDB of its own, installed into a folder of the test in a few seconds."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.peers.bridged import OLD_PASSWORD, php_of
from tests.peers.programs import program
from tests.servers import missing

INSTALLED = Path("/usr/share/wordpress")
CONFIG = """<?php
define('DB_NAME', 'wp'); define('DB_USER', 'root'); define('DB_PASSWORD', ''); define('DB_HOST', 'localhost:' . getenv('SOKET'));
define('DB_CHARSET', 'utf8mb4'); define('DB_COLLATE', '');
foreach (array('AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE') as $name) {
    define($name . '_KEY', $name . ' only for a test'); define($name . '_SALT', $name . ' salt only for a test');
}
define('WP_HOME', getenv('DALAM')); define('WP_SITEURL', getenv('DALAM'));
define('WP_HTTP_BLOCK_EXTERNAL', true); define('DISABLE_WP_CRON', true); define('AUTOMATIC_UPDATER_DISABLED', true);
$table_prefix = 'wp_';
if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
"""
INSTALL = """<?php
define('WP_INSTALLING', true);
require getenv('WP') . '/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
function wp_new_blog_notification() {}
wp_install('Situs Warga', 'admin', 'admin@example.id', false, '', wp_generate_password(24));
foreach (array('siti', 'laras') as $name) {
    $made = array('user_login' => $name, 'user_pass' => getenv('SANDI'), 'user_email' => "$name@example.id", 'role' => 'subscriber');
    if (is_wp_error(wp_insert_user($made))) exit(1);
}
echo 'installed';
"""


@contextmanager
def wordpress(folder: Path, port: int) -> Iterator[None]:
    """Run WordPress on the port, with the accounts siti and laras and the password OLD_PASSWORD."""
    if not INSTALLED.is_dir():
        missing("wordpress")
    site, environment = folder / "wp", {"SOKET": str(folder / "sock"), "DALAM": f"http://127.0.0.1:{port}"}
    shutil.copytree(INSTALLED, site, symlinks=True, ignore=shutil.ignore_patterns("wp-config.php"))
    (site / "wp-config.php").write_text(CONFIG)
    with mariadb(folder):
        told = {**os.environ, **environment, "SANDI": OLD_PASSWORD, "WP": str(site)}
        command = [program("php"), "-d", "sendmail_path=/bin/true", "-d", "display_errors=stderr"]
        done = subprocess.run(command, env=told, input=INSTALL, capture_output=True, text=True, timeout=120)
        assert done.stdout.endswith("installed"), done.stdout + done.stderr
        with php_of(site, folder, port, environment):
            yield


@contextmanager
def mariadb(folder: Path) -> Iterator[None]:
    """Run a MariaDB that listens on a socket in the folder alone, with an empty database `wp`."""
    socket, data = folder / "sock", folder / "db"
    options = ["--no-defaults", f"--datadir={data}", *(["--user=root"] if os.geteuid() == 0 else [])]
    with (folder / "mariadb.log").open("ab") as log:
        install = [program("mariadb-install-db"), *options, "--auth-root-authentication-method=normal", "--skip-test-db"]
        subprocess.run(install, check=True, stdout=log, stderr=log, timeout=120)
        command = [program("mariadbd"), *options, f"--socket={socket}", "--skip-networking", f"--pid-file={folder / 'db.pid'}"]
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            client = [program("mariadb"), "--no-defaults", f"--socket={socket}", "-uroot", "-e", "CREATE DATABASE wp"]
            end = time.monotonic() + 60
            while subprocess.run(client, stdout=log, stderr=log).returncode:
                assert process.poll() is None and time.monotonic() < end, (folder / "mariadb.log").read_text()[-1000:]
                time.sleep(0.2)
            yield
        finally:
            process.terminate()
            process.wait(60)
