<?php
// An application of 2012: no framework, sessions in files, no fresh session after login, everything echoed.
ini_set('session.save_path', getenv('SESI'));
session_start();

function akun() { return json_decode(file_get_contents(getenv('SESI') . '/akun.json'), true); }
function catat($apa) { file_put_contents(getenv('SESI') . '/catatan.txt', $apa . "\n", FILE_APPEND | LOCK_EX); }
function wajib_masuk() { if (empty($_SESSION['user'])) { header('Location: login.php'); exit; } }
