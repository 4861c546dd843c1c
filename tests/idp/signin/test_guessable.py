"""What is tried first is refused by rule, in every usual disguise; a sentence or a random word is not."""

from __future__ import annotations

import random
import string

import pytest

from idp.signin.password import weakness

# Typed from memory of what attackers try; the ones shorter than eight characters are refused for their length before anything else.
TYPED = """
    123456789 1234567890 12345678 87654321 0987654321 11111111 00000000 88888888 12341234 12121212 123123123 123321123 147258369
    159753258 741852963 789456123 11223344 1122334455 112233445566 99999999 55555555 69696969 10203040 01234567 12345678910
    password password1 password12 password123 password1234 passw0rd p@ssw0rd p@ssword Passw0rd! Password1! pa$$word password!
    Password01 password00 passwordpassword PASSWORD drowssap mypassword password2024 Password2025! katasandi katasandi1 katasandi123
    sandiku123 rahasia1 rahasia123 rahasia12345 rahasiaku r4h4s14123 rahasia! gantisaya letmein1 letmein123 welcome1 welcome123
    Welcome2024 w3lc0me1 changeme changeme1 default1 admin123 admin1234 admin12345 administrator adminadmin admin@123 Admin2025
    root1234 toor1234 superuser secret123 topsecret login123 master12 master123 superman1 superman batman123 spiderman
    qwertyui qwertyuiop qwerty12 qwerty123 qwerty1234 qwerty12345 qwerty!@ asdfghjk asdfghjkl asdf1234 asdfasdf zxcvbnm1 zxcvbnm123
    qazwsxedc qazwsx12 1qaz2wsx 1qaz2wsx3edc zaq12wsx zaq1zaq1 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y q1w2e3r4 q1w2e3r4t5 qweasdzxc qwe123qwe
    qwer1234 poiuytrewq lkjhgfdsa mnbvcxz1 azertyuiop a1b2c3d4 a1s2d3f4 1a2b3c4d aa123456 aa12345678 abc12345 abcd1234 abcdefgh
    abcdefghij abcdefghijkl abc123abc abcabcabc aaaaaaaa aaaaaaaaaaaa asdasdasd qweqweqwe zxczxczxc 123qweasd 123qwe123 qwe12345
    iloveyou iloveyou1 iloveyou2 iloveyou12 iloveyou123 iloveyou! Iloveyou2024 loveyou123 mylove123 lovelove princess1 princess
    babygirl babygirl1 sunshine sunshine1 butterfly football football1 baseball basketball liverpool liverpool1 chelsea123
    arsenal123 barcelona manchester juventus1 realmadrid ronaldo7 messi1010 pokemon123 minecraft naruto123 doraemon1 starwars
    dragon123 monkey123 shadow123 hunter123 killer123 tigger123x michael1 michael123 jennifer jennifer1 jessica1 ashley123 daniel123
    charlie1 jordan23 thomas123 robert123 harley123 mustang1 corvette mercedes yamaha123 hondabeat suzuki12 trustno1 whatever1
    computer1 internet1 samsung1 google123 facebook1 facebook123 instagram hello123 hellohello freedom1 blessed1 jesus123 jesuschrist
    cookie123 chocolate chocolate1 purple123 orange123 flower123 rainbow1 diamond1 silver123 phoenix1 summer2024 Winter2023! spring2025
    sayangku sayangku1 sayang123 sayang12345 sayangkamu sayangkamu123 sayangmama akusayangkamu akucintakamu cintaku1 cintaku123
    cinta12345 cintasejati1 cantik123 ganteng123 kamujelek1 pacarku12 mantan123 keluarga1 keluargaku anakku123 mamapapa mamapapa123
    bapakibu12 ibuku1234 bismillah bismillah1 bismillah123 Bismillah2024 bismillahirrahmanirrahim alhamdulillah allahuakbar
    allahswt1 muhammad1 muhammad123 muhammadsaw assalamualaikum subhanallah ramadhan2024 yesus1234 haleluya1 sukses123 suksesselalu
    indonesia indonesia1 indonesia123 indonesia45 indonesia1945 indonesiaraya1 merdeka45 merdeka1945 garuda123 pancasila1 surabaya1
    jakarta123 bandung123 malang123 arema1987 aremania1 bonek1927 persib1933 jawatimur1 jatim12345 kediri123 tulungagung ponorogo1
    trenggalek trenggalek1 trenggalek123 Trenggalek2024 Trenggalek2026! trengg4l3k kabupaten1 kabupatentrenggalek pemkabtrenggalek
    pemkab123 gapura123 gapura2026 Gapura@2026 watulimo1 pantaiprigi1 panggul123 bupati2024 desaku123x kecamatan1 puskesmas1 dinas2025
    budi12345 budisantoso joko12345 agus12345 sitinur123 dewi12345 putri12345 rizky12345 rizki2003 ahmad12345 fitri12345 susanti12
    ayu123456 putra12345 wahyu12345 andi12345 nurul12345 aisyah123 jokowi123 prabowo08 soekarno1 kucing123 harimau12 melati123
    mawar1234 matahari1 bintang123 pelangi123 bakso1234 kopi12345 durian123 anjing123 bangsat123 jancuk123 jancok1234 kampret1
    08123456789 081234567890 6281234567890 085712345678 17081945 01011990 31121999 19900101 20002000 12031988 3503115203889001
"""
WORDS = """
    password rahasia katasandi sayang cinta bismillah indonesia trenggalek merdeka dragon monkey football iloveyou admin
    welcome princess sunshine superman liverpool michael jennifer putri rizky muhammad surabaya naruto qwerty master
"""

SENTENCES = """
    kuda lumping | pagi cerah di pantai prigi | wisata trenggalek yang indah sekali | warung bu sri murah | kerupuk renyah sore hari
    sepeda tua dekat jembatan | hujan turun tiap petang | nasi tiwul sambal terong | kambing kurban pakde darmo | layang-layang sobek
    correct horse battery staple | the quick brown fox jumps | my bicycle needs new tyres | seven lamps near the harbour
    cinta damai di pesisir selatan | bismillah ujian skripsi lulus tahun ini | kopi panas tanpa gula pak lurah | tx9-Vbq2-Kpw7-mRz4
    7hQ!vLz2pXw9 | hanya huruf kecil saja | perahu nelayan karanggongso | rumahku menghadap sawah hijau luas
"""
GOOD = [sentence.strip() for line in SENTENCES.splitlines() for sentence in line.split("|") if sentence.strip()]


@pytest.mark.parametrize("password", TYPED.split())
def test_lg_21_what_is_tried_first_is_refused(password: str) -> None:
    assert weakness(password, least=8) in ("common", "short")


def test_lg_21_every_usual_disguise_of_the_usual_words_is_refused() -> None:
    words = WORDS.split()
    after = ["1", "12", "123", "1234", "12345", "123456", "!", "1!", "123!", "@123", "_1", "69", "77", "007", "321", "abc", "qwe", "xxx"]
    after += [str(year) for year in range(1970, 2030)]
    leet = str.maketrans("aeiost", "431057")
    made = {shape + end for word in words for shape in (word, word.title(), word.upper(), word.translate(leet)) for end in after}
    made |= {end + word for word in words for end in after} | {word + word for word in words} | {word[::-1] + "123" for word in words}
    assert len(made) > 3000
    assert [one for one in sorted(made) if weakness(one, least=8) not in ("common", "short")] == []


@pytest.mark.parametrize("password", GOOD)
def test_lg_21_a_sentence_or_a_random_word_is_taken(password: str) -> None:
    assert weakness(password) == ""


def test_lg_21_random_passwords_are_hardly_ever_refused() -> None:
    draw = random.Random(21)
    letters = string.ascii_letters + string.digits + "!@#$%&*-_"
    made = ["".join(draw.choices(letters, k=12)) for _ in range(2000)]
    assert [one for one in made if weakness(one)] == []


def test_a_very_long_password_is_judged_in_no_time() -> None:
    assert weakness("qwerty" * 170) == "common"
    assert weakness("pagi cerah di pantai " * 48) == ""
