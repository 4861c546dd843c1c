<?php
require 'mulai.php';
catat('keluar ' . (isset($_SESSION['user']) ? $_SESSION['user'] : '-'));
session_destroy();
header('Location: login.php');
