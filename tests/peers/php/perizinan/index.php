<?php
// Behaves as CodeIgniter 3 with csrf_protection does: a token in a hidden field and in a cookie, both needed; a new session id at
// sign-in; addresses made from a configured base; one front controller.
$base = getenv('DALAM') . '/index.php';
session_name('ci_session');
ini_set('session.save_path', getenv('SESI'));
session_start();
$path = isset($_SERVER['PATH_INFO']) ? $_SERVER['PATH_INFO'] : '/';

if ($_SERVER['REQUEST_METHOD'] === 'POST') {
    $sent = isset($_POST['csrf_test_name']) ? $_POST['csrf_test_name'] : '';
    $kept = isset($_COOKIE['csrf_cookie_name']) ? $_COOKIE['csrf_cookie_name'] : '-';
    if (!hash_equals($kept, $sent)) {
        http_response_code(403);
        exit('The action you have requested is not allowed.');
    }
}
$token = isset($_COOKIE['csrf_cookie_name']) && $_SERVER['REQUEST_METHOD'] !== 'POST' ? $_COOKIE['csrf_cookie_name'] : md5(random_bytes(16));
setcookie('csrf_cookie_name', $token, time() + 7200, '/');

function ke($uri) { global $base; header("Location: $base/$uri", true, 303); exit; }

switch ($path) {
    case '/auth/login':
        echo "<html><body><form action=\"$base/auth/periksa\" method=\"post\" accept-charset=\"utf-8\">"
            . "<input type=\"hidden\" name=\"csrf_test_name\" value=\"$token\">"
            . '<input type="text" name="identity"><input type="password" name="password"><button name="tombol" value="Masuk">Masuk</button></form></body></html>';
        exit;
    case '/auth/periksa':
        $akun = json_decode(file_get_contents(getenv('SESI') . '/akun.json'), true);
        $benar = isset($_POST['tombol'], $akun[$_POST['identity']]) && $akun[$_POST['identity']] === $_POST['password'];
        file_put_contents(getenv('SESI') . '/catatan.txt', 'coba ' . $_POST['identity'] . "\n", FILE_APPEND);
        if (!$benar) { $_SESSION['galat'] = 'Login salah'; ke('auth/login'); }
        session_regenerate_id(true);
        $_SESSION['identity'] = $_POST['identity'];
        ke('dasbor');
    case '/auth/logout':
        session_destroy();
        ke('auth/login');
}
if (empty($_SESSION['identity'])) { ke('auth/login'); }
if ($path === '/izin/simpan' && $_SERVER['REQUEST_METHOD'] === 'POST') { $_SESSION['izin'][] = $_POST['nama_usaha']; ke('dasbor'); }
echo "<html><body>orang={$_SESSION['identity']} izin=" . htmlspecialchars(json_encode(isset($_SESSION['izin']) ? $_SESSION['izin'] : []))
    . "<form action=\"$base/izin/simpan\" method=\"post\"><input type=\"hidden\" name=\"csrf_test_name\" value=\"$token\">"
    . '<input name="nama_usaha"><button>Simpan</button></form>'
    . "<script>var base = " . json_encode($base) . ";</script><a href=\"$base/auth/logout\">Keluar</a></body></html>";
