"""The CodeIgniter controller of docs/connectors/ticket.md, run with small stand-ins for the classes of CodeIgniter that it uses."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.connectors.ticket.test_php_verifier import Application, application, php

STAND_IN = """<?php
define('APPPATH', __DIR__ . '/');
$told = array('session' => array(), 'regenerated' => null, 'redirect' => null, 'error' => null, 'status' => null, 'log' => array());
function redirect($to) { $GLOBALS['told']['redirect'] = $to; }
function show_error($text, $status) { $GLOBALS['told']['error'] = $status; }
function log_message($level, $text) { $GLOBALS['told']['log'][] = $text; }
class Input {
    function get($name) { return isset($_GET[$name]) ? $_GET[$name] : null; }
    function post($name) { return isset($_POST[$name]) ? $_POST[$name] : null; }
}
class Session {
    function sess_regenerate($destroy) { $GLOBALS['told']['regenerated'] = $destroy; }
    function set_userdata($data) { $GLOBALS['told']['session'] = $data; }
}
class Output { function set_status_header($status) { $GLOBALS['told']['status'] = $status; } }
class CI_Controller {
    public $input, $session, $output;
    function __construct() { $this->input = new Input; $this->session = new Session; $this->output = new Output; }
}
$case = json_decode(stream_get_contents(STDIN), true);
$_GET = $case['get']; $_POST = $case['post']; $_COOKIE = $case['cookie'];
require __DIR__ . '/Sso.php';
$controller = new Sso();
$controller->{$case['method']}();
$told['left'] = array_map(function ($one) use ($controller) {
    return gapura_masih(require __DIR__ . '/konfigurasi.php', $one) === false;
}, array('s1', 's2'));
echo json_encode($told);
"""


def call(older: Application, method: str, **more: dict[str, str]) -> dict[str, Any]:
    (older.folder / "libraries").mkdir(exist_ok=True)
    (older.folder / "libraries" / "gapura_tiket.php").write_text((older.folder / "gapura_tiket.php").read_text())
    (older.folder / "jalan.php").write_text(STAND_IN)
    case = json.dumps({"method": method, "get": {}, "post": {}, "cookie": {}, **more})
    done = subprocess.run([php(), str(older.folder / "jalan.php")], input=case, capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_the_controller_begins_takes_a_ticket_and_ends_the_session(tmp_path: Path) -> None:
    older = application(tmp_path, "jwt_hs256")
    begun = call(older, "mulai", get={"kembali": "/cuti"})
    address, _, query = begun["redirect"].partition("?")
    assert address == "https://masuk.example.id/tiket/simpeg/masuk"
    state = query.partition("state=")[2].partition("&")[0]
    assert len(state) == 32
    assert query.endswith("&kembali=%2Fcuti")
    post = {"ticket": older.ticket(state=state, nip_baru="197605302001121905", kembali="/cuti")}
    arrived = call(older, "masuk", post=post, cookie={"__Host-gapura_state": state})
    assert arrived["session"] == {"gapura_sid": "s1", "nip": "197605302001121905"}
    assert (arrived["regenerated"], arrived["redirect"], arrived["error"]) == (True, "/cuti", None)
    ended = call(older, "keluar", post={"ticket": older.ticket(purpose="sign-out")})
    assert (ended["status"], ended["left"]) == (204, [True, False])


def test_login_csrf_a_ticket_of_another_browser_signs_nobody_in(tmp_path: Path) -> None:
    older = application(tmp_path, "jwt_hs256")
    for cookie, changes in (
        ({}, {"state": "a" * 32}),
        ({"__Host-gapura_state": "b" * 32}, {"state": "a" * 32}),
        ({"__Host-gapura_state": ""}, {"state": ""}),
        ({"__Host-gapura_state": "a" * 32}, {}),
        ({"gapura_state": "a" * 32}, {"state": "a" * 32}),  # what a page of another host of the domain can set
    ):
        told = call(older, "masuk", post={"ticket": older.ticket(**changes)}, cookie=cookie)
        assert (told["error"], told["session"], told["redirect"]) == (403, [], None)
        assert told["log"] == ["gapura: begun in another browser"]
    assert call(older, "keluar", post={"ticket": older.ticket()})["left"] == [False, False], "a sign-in ticket ends nothing"
