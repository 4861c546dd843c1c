"""The portal: the public catalogue and the citizen's own pages.

Owns       public catalogue and search, home, "Izin saya", "Riwayat", the citizen's sign-out page
Serves     / /layanan/* /beranda /izin/* /riwayat /keluar /data-saya /keamanan /sandi-aplikasi /sandi-aplikasi/* /bantuan
           /pelindungan-data /aksesibilitas /periksa /periksa/*
May use    idp (not its endpoints), consent, connectors, kit
Never      calls an endpoint of idp, knows admin
Start at   room.py for the routes, catalogue/ for the search
"""
