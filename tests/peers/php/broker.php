<?php
// A broker as an agency has it: written from the description of the protocol, run as the router of `php -S`.
//
// It knows the address of the server, its own name and its secret, keeps a random token in a cookie, and asks the server who that is.

$server = getenv('SSO_SERVER');
$broker = getenv('SSO_BROKER');
$secret = getenv('SSO_SECRET');
$here = getenv('SSO_HERE');
$cookie = 'sso_token_' . $broker;
require getenv('SSO_VERIFY'); // the lines of docs/connectors/simple_sso.md
$lost = 'There is no saved session data associated with the broker session id.';

$token = isset($_COOKIE[$cookie]) ? $_COOKIE[$cookie] : '';
if (!preg_match('/^[A-Za-z0-9]{40}$/D', $token)) {
    $token = bin2hex(random_bytes(20));
    setcookie($cookie, $token, time() + 3600, '/');
}

function ask($method, $command, array $fields = array())
{
    global $server, $broker, $token, $secret;
    $bearer = "SSO-$broker-$token-" . hash('sha256', 'session' . $token . $secret);
    $options = array('method' => $method, 'header' => "Accept: application/json\r\nAuthorization: Bearer $bearer\r\n", 'follow_location' => 0);
    if ($method === 'POST') {
        $options['header'] .= "Content-Type: application/x-www-form-urlencoded\r\n";
        $options['content'] = http_build_query($fields);
    }
    // As the library of the brokers does: an answer of 400 or more is an exception, not JSON.
    return json_decode(file_get_contents("$server/api/sso/$command", false, stream_context_create(array('http' => $options))), true);
}

function attach($return)
{
    global $server, $broker, $token, $secret;
    $checksum = hash('sha256', 'attach' . $token . $secret);
    $query = http_build_query(array('return_url' => $return, 'broker' => $broker, 'token' => $token, 'checksum' => $checksum));
    header("Location: $server/api/sso/attach?$query", true, 307);
}

switch (parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH)) {
    case '/masuk':
        attach("$here/sso/kembali");
        break;
    case '/sso/kembali':
        if (isset($_GET['sso_verify'])) {
            sso_verifikasi($server, $broker, $token, $secret, $_GET['sso_verify']);
        }
        header('Location: /pbb', true, 303);
        break;
    case '/pbb':
        $told = ask('GET', 'userInfo');
        if (isset($told['error']) && $told['error'] === $lost) {
            attach("$here/sso/kembali");
            break;
        }
        header('Content-Type: application/json');
        echo json_encode($told);
        break;
    case '/siapa':
        header('Content-Type: application/json');
        echo json_encode(ask('GET', 'userInfo'));
        break;
    case '/sandi':
        header('Content-Type: application/json');
        echo json_encode(ask('POST', 'login', array('username' => 'siti', 'password' => 'rahasia')));
        break;
    case '/keluar':
        header('Content-Type: application/json');
        echo json_encode(ask('POST', 'logout'));
        break;
    default:
        echo 'Pajak Daerah';
}
