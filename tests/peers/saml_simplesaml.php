// What only a test needs, at the end of config.php.
$config['session.cookie.secure'] = false;
$config['session.cookie.samesite'] = null;
$config['secretsalt'] = 'a-salt-of-this-test-only-0123456789';
$config['auth.adminpassword'] = 'a-password-of-this-test-only';
$config['tempdir'] = '@FOLDER@/temp';
$config['logging.handler'] = 'errorlog';
$config['logging.level'] = SimpleSAML\Logger::INFO;
$config['technicalcontact_email'] = 'tik@localhost';
