<?php
require 'mulai.php';
wajib_masuk();
$foto = isset($_FILES['foto']) ? md5_file($_FILES['foto']['tmp_name']) : '-';
catat('simpan ' . $_SESSION['user'] . ' ' . json_encode($_POST) . ' ' . $foto);
$_SESSION['pesan'] = 'tersimpan';
header('Location: ' . getenv('DALAM') . '/beranda.php?tersimpan=1');
