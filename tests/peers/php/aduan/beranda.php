<?php
require 'mulai.php';
wajib_masuk();
header('Cache-Control: public, max-age=3600');
$_SESSION['kunjungan'] = (isset($_SESSION['kunjungan']) ? $_SESSION['kunjungan'] : 0) + 1;
?>
<HTML><TITLE>Beranda</TITLE><BODY>
Halo orang=<?php echo $_SESSION['user']; ?>, nama=<?php echo htmlspecialchars($_SESSION['nama']); ?>, kunjungan=<?php echo $_SESSION['kunjungan']; ?>
<A HREF="<?php echo getenv('DALAM'); ?>/aduan.php?id=1">Aduan</A>
<FORM METHOD=post ACTION=simpan.php ENCTYPE="multipart/form-data"><TEXTAREA NAME=isi></TEXTAREA><INPUT TYPE=file NAME=foto><INPUT TYPE=submit VALUE=Kirim></FORM>
<A HREF=logout.php>Keluar</A></BODY></HTML>
