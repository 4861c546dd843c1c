"""LZString.compressToEncodedURIComponent: what BPJS does before it encrypts. The other half is connectors/apis/hmac_headers/lzstring.py."""

from __future__ import annotations

from connectors.apis.hmac_headers.lzstring import ALPHABET


class Writer:
    """Writes bits, lowest first, six a character."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self.value = 0
        self.count = 0

    def put(self, number: int, bits: int) -> None:
        for power in range(bits):
            self.value = self.value << 1 | (number >> power) & 1
            self.count += 1
            if self.count == 6:
                self.out.append(ALPHABET[self.value])
                self.value = self.count = 0

    def end(self) -> str:
        while True:  # the original always begins one more character
            self.value <<= 1
            self.count += 1
            if self.count == 6:
                self.out.append(ALPHABET[self.value])
                return "".join(self.out)


def compress(text: str) -> str:
    """Return the text compressed, as UTF-16 units, in letters that stand in an address."""
    raw = text.encode("utf-16-le", "surrogatepass")
    units = [chr(int.from_bytes(raw[i : i + 2], "little")) for i in range(0, len(raw), 2)]
    writer, fresh = Writer(), set[str]()
    codes: dict[str, int] = {}
    width, room, word = 2, 2, ""

    def grow() -> None:
        nonlocal width, room
        room -= 1
        if not room:
            room, width = 1 << width, width + 1

    def put(entry: str) -> None:
        if entry in fresh:
            wide = ord(entry) >= 256
            writer.put(int(wide), width)
            writer.put(ord(entry), 16 if wide else 8)
            fresh.discard(entry)
            grow()
        else:
            writer.put(codes[entry], width)
        grow()

    for unit in units:
        if unit not in codes:
            codes[unit] = len(codes) + 3
            fresh.add(unit)
        if word + unit in codes:
            word += unit
            continue
        put(word)
        codes[word + unit] = len(codes) + 3
        word = unit
    if word:
        put(word)
    writer.put(2, width)
    return writer.end()
