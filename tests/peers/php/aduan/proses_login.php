<?php
require 'mulai.php';
catat('coba ' . $_POST['user'] . ' ' . count($_POST) . ' ' . json_encode(array_keys($_POST)));
$akun = akun();
if (isset($akun[$_POST['user']]) && $akun[$_POST['user']] === $_POST['pass'] && $_POST['tok'] === $_SESSION['tok']) {
    $_SESSION['user'] = $_POST['user'];
    $_SESSION['nama'] = isset($_POST['nama']) ? $_POST['nama'] : '';
    header('Location: beranda.php');
    exit;
}
echo "Username atau password salah: <b>{$_POST['user']} / {$_POST['pass']}</b> <a href='login.php'>Ulangi</a>";
