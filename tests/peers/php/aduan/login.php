<?php
require 'mulai.php';
$_SESSION['tok'] = md5(uniqid(mt_rand(), true));
?>
<HTML><HEAD><TITLE>ADUAN WARGA</TITLE></HEAD><BODY BGCOLOR=white>
<FORM ACTION="cari.php"><INPUT NAME="q"></FORM>
<TABLE><FORM METHOD="post" ACTION="proses_login.php">
<INPUT TYPE=hidden NAME=tok VALUE="<?php echo $_SESSION['tok']; ?>">
<TR><TD>User<TD><INPUT NAME=user>
<TR><TD>Password<TD><INPUT TYPE=password NAME=pass>
<TR><TD><INPUT TYPE=submit VALUE=Masuk>
</FORM></TABLE></BODY></HTML>
