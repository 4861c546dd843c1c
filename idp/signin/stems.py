"""Words that passwords are made of, collected for this house: what people in Indonesia and elsewhere type first. Lower case, one reading.

Only words that are typical for passwords stand here, not the language: a sentence of ordinary words stays a good password.
"""

from __future__ import annotations

PLACE = """
    trenggalek gapura kabupaten kab pemkab pemda bupati jawatimur jatim jawa timur prigi watulimo panggul munjungan kampak
    dongko pule karangan tugu gandusari durenan pogalan bendungan suruh nggalek kotaku kediri tulungagung ponorogo pacitan
    surabaya malang blitar madiun jakarta bandung semarang jogja yogyakarta solo bali medan makassar sumatra kalimantan
    sulawesi papua lombok majapahit nusantara indonesia indo republik merdeka garuda pancasila rakyat desa kecamatan
    kelurahan dinas kantor dukcapil puskesmas rsud sekolah
"""
SECRET = """
    katasandi sandi sandiku kunci kuncirahasia rahasia rahasiaku rahasiasaya passku pass passw passwd password passwort
    passcode passphrase pasword paswort secret topsecret private access masuk login logon signin letmein openup opensesame
    admin admins administrator adminadmin root toor superuser sysadmin user username guest tamu operator petugas pegawai
    test tester testing testtest demo default changeme gantisaya temp temporary qwerty azerty zxcvbn computer komputer
    internet laptop server system windows android iphone samsung nokia xiaomi oppo vivo google gmail yahoo facebook
    instagram whatsapp tiktok youtube twitter telegram
"""
FAITH = """
    bismillah bismillahirrahmanirrahim alhamdulillah subhanallah allahuakbar allah allahswt muhammad muhammadsaw astaghfirullah
    insyaallah masyaallah assalamualaikum rasulullah islam islami ramadhan ramadan lebaran yesus tuhan tuhanyesus kristus
    jesus jesuschrist haleluya puji berkah barokah rezeki sukses selalu semangat bahagia selamanya amin
"""
LOVE = """
    aku kamu saya dia kita mama papa mamah papah ibu ibuku bapak ayah bunda anakku anak istri istriku suami suamiku adik kakak
    nenek kakek keluarga keluargaku cinta cintaku akucintakamu akusayangkamu sayang sayangku sayangkamu sayangmama sayangibu
    sejati jelek kangen rindu pacar pacarku jodoh mantan cantik ganteng manis imut cewek cowok bidadari pangeran putri ratu raja kekasih
    love lover loveyou iloveyou ilove iloveu loveme mylove lovely baby babygirl babyboy honey sweet sweety sweetheart
    angel darling princess prince queen king forever beautiful kiss kisses heart mommy daddy mother father family friend
    friends bestfriend
"""
PLAY = """
    arema aremania bonek persebaya persib persija persikmania sepakbola bola futsal badminton football footbal soccer baseball
    softball basketball hockey tennis golf liverpool chelsea arsenal barcelona realmadrid manchester united juventus milan
    ronaldo cristiano messi neymar rooney gerrard beckham jordan lakers cowboys yankees steelers eagles ranger rangers
    raiders naruto sasuke doraemon pikachu pokemon minecraft roblox freefire mobilelegend pubg dota gamer gaming player
    batman superman spiderman ironman starwars skywalker matrix mercedes ferrari porsche corvette mustang yamaha honda
    suzuki kawasaki harley vario beat supra ninja
"""
NATURE = """
    dragon monkey tiger tigger lion panther eagle falcon wolf bear panda horse rabbit kitten kitty puppy dog cat cats dogs chicken
    dolphin butterfly phoenix scorpion spider naga harimau macan singa elang kucing kelinci gajah kupu mawar melati anggrek
    matahari bulan bintang pelangi langit laut pantai gunung durian mangga apel pisang kopi bakso sunshine sunflower
    flower flowers rose summer winter spring autumn rainbow thunder lightning storm ocean river moon star stars diamond
    silver golden gold purple orange yellow black white green blue red merah putih hitam biru hijau kuning banana apple
    cherry peanut cookie coffee chocolate cheese pepper ginger sugar candy
"""
OTHER = """
    welcome hello halo hello123 selamat datang pagi master shadow killer hunter soldier warrior legend hero boss mafia gangster
    joker lucky happy smile freedom peace power money uang jutawan kaya cash rich magic mystery hacker matrix trustno whatever
    nothing something anything everything blessed believe faith hope dream dreams heaven jesus god church music guitar
    rock metal punk hiphop dance dancer artist school college student teacher guru dosen siswa mahasiswa doctor dokter
    perawat polisi tentara army marine navy pilot captain sailor cowboy america american canada london england paris france
    germany china japan korea blackpink bts exo sexy fuck fucking fuckyou asshole bitch pussy shit bajingan bangsat
    anjing kampret asu jancuk jancok cool crazy gila super mega ultra extreme perfect special number one two three satu dua tiga
    empat lima enam tujuh delapan sembilan sepuluh abc abcd xyz asd qwe zxc qaz wsx new old baru lama home house rumah
    rumahku dunia world life hidup mati saja suka senang bagus mantap keren oke yes good best ever never always
    monday friday sunday senin selasa rabu kamis jumat sabtu minggu januari februari maret april mei juni juli agustus
    september oktober november desember january february march may june july august october december
"""
NAMES = """
    agus budi joko jaya slamet sutrisno bambang eko dwi tri catur wahyu hendra rudi rudy andi andy anton antok yanto yanti
    sri siti dewi rina rini yuni wati wulan ayu putra putri putu made ketut nyoman wayan indah lestari fitri fitria nur
    nurul aisyah fatimah khadijah zahra ahmad achmad akhmad mohammad muhamad abdul abdullah rahman rahmat hidayat
    ibrahim yusuf ismail umar ali hasan husen husein fajar rizki rizky rizal reza dimas bagas bagus galih gilang arif arief
    adit aditya doni dony ferdi deni denny dian diana ratna ratih maya mega nia nina santi susi susanti tuti endang
    kartini soekarno sukarno suharto soeharto jokowi prabowo santoso setiawan saputra wijaya kusuma nugroho pratama
    michael jennifer jessica michelle ashley daniel matthew andrew joshua robert thomas charlie william richard george
    anthony steven stephen brandon nicole amanda melissa samantha elizabeth victoria vanessa jasmine heather taylor
    maggie maria martin harry harrypotter hannah jackson johnson justin kevin david chris christian alexander alex
    nicholas patrick benjamin jonathan james john mike peter ryan sarah rachel stephanie danielle natasha lauren
"""

STEMS = frozenset(f"{PLACE} {SECRET} {FAITH} {LOVE} {PLAY} {NATURE} {OTHER} {NAMES}".split())
