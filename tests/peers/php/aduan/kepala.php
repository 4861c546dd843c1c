<?php
require 'mulai.php';
wajib_masuk();
header('Content-Type: application/json');
echo json_encode(array('orang' => $_SESSION['user'], 'server' => $_SERVER, 'cookie' => $_COOKIE));
