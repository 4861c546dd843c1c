"""LZString.decompressFromEncodedURIComponent, the compression that BPJS puts around its answers. Output is bounded.

LZ78 over UTF-16 code units: each code names an entry of a dictionary that grows by one entry a code; codes 0 and 1 introduce a new unit
of 8 or 16 bits, code 2 ends the text. Codes are read bit by bit, lowest bit first, six bits a character.
"""

from __future__ import annotations

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-$"
INDEX = {character: number for number, character in enumerate(ALPHABET)}
NEW_8, NEW_16, END = 0, 1, 2
WIDTHS = {NEW_8: 8, NEW_16: 16}
MOST = 4_194_304  # UTF-16 units


class BadCompression(ValueError):
    """The text is no LZString, is cut off, or would grow beyond the limit."""


class Bits:
    """Reads bits of a text of six-bit characters, highest bit of each character first."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.value = 0
        self.left = 0

    def take(self, count: int) -> int:
        """Return the next `count` bits as a number, lowest first; raise BadCompression at the end of the text."""
        found = 0
        for power in range(count):
            if not self.left:
                self._next()
            self.left -= 1
            found |= ((self.value >> self.left) & 1) << power
        return found

    def _next(self) -> None:
        if self.position >= len(self.text):
            raise BadCompression("the text ends too early")
        value = INDEX.get(self.text[self.position])
        if value is None or value > 63:
            raise BadCompression("a character that cannot stand there")
        self.position += 1
        self.value, self.left = value, 6


def decompress(text: str, most: int = MOST) -> str:
    """Return what the text stands for, at most `most` UTF-16 units; raise BadCompression."""
    bits = Bits(text.strip().replace(" ", "+").rstrip("="))
    first = bits.take(2)
    if first == END:
        return ""
    if first not in WIDTHS:
        raise BadCompression("an unknown first code")
    entry = chr(bits.take(WIDTHS[first]))
    entries = ["", "", "", entry]  # the codes 0 to 2 are orders
    out, size, width, room = [entry], 1, 3, 4  # `room`: how many more entries before codes grow by a bit
    previous = entry
    while True:
        code = bits.take(width)
        if code == END:
            return _text(out)
        if code in WIDTHS:
            entries.append(chr(bits.take(WIDTHS[code])))
            code = len(entries) - 1
            room -= 1
            if not room:
                room, width = 1 << width, width + 1
        if code < len(entries):
            entry = entries[code]
        elif code == len(entries):  # the entry that is just being made
            entry = previous + previous[0]
        else:
            raise BadCompression("a code that was never made")
        out.append(entry)
        size += len(entry)
        if size > most:
            raise BadCompression("the text grows too large")
        entries.append(previous + entry[0])
        previous = entry
        room -= 1
        if not room:
            room, width = 1 << width, width + 1


def _text(units: list[str]) -> str:
    """Return the text of UTF-16 units, in which a character beyond the first plane stands as two."""
    try:
        return "".join(units).encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    except UnicodeDecodeError as error:
        raise BadCompression("half a character") from error
