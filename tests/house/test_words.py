"""The words of the pages: both languages at every place, the glossary kept, short sentences, and no inline code (UX C-2, C-12, C-13)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import nodes

from kit.web import pages
from tests.browser.studio import FOLDERS

TEMPLATES = sorted(path for folder in [*FOLDERS, Path(pages.__file__).parent / "templates"] for path in folder.rglob("*.html"))
IDS = ["/".join(path.parts[-3:]) for path in TEMPLATES]
MOST_WORDS = 20

# Indonesian word -> the word to use, or why not.
NOT_INDONESIAN = {
    r"silakan nyatakan": "say it plainly",
    r"silahkan": "silakan, or nothing",
    r"\bmengklik|\bklik\b": "pilih, tekan, buka",
    r"\bpassword\b": "kata sandi",
    r"\bpasswords?\b": "kata sandi",
    r"\bsurel\b": "email",
    r"\be-mail\b": "email",
    r"\bperlindungan\b": "pelindungan",
    r"\bijin\b": "izin",
    r"\blogin\b|\blog in\b": "masuk",
    r"\blogout\b|\blog out\b": "keluar",
    r"\buser\b": "pengguna, or akun",
    r"\bdownload\b": "unduh",
    r"\bupload\b": "unggah",
    r"\bsubmit\b": "kirim",
    r"\bkamu\b|\banda\b(?<!Anda)": "Anda",
    r"\bhandphone\b|\bponsel\b": "HP",
    r"\bmerubah\b": "mengubah",
    r"\bresiko\b": "risiko",
    r"\bapotik\b": "apotek",
    r"\baktifitas\b": "aktivitas",
}


def _calls(path: Path) -> Iterator[tuple[int, list[nodes.Expr]]]:
    tree = pages.templates().parse(path.read_text())
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "t":
            yield call.lineno, call.args


def _texts(path: Path) -> list[tuple[int, str, str]]:
    """Return line, Indonesian and English of every `t` in the template."""
    found = []
    for line, arguments in _calls(path):
        assert len(arguments) == 2, f"{path.name}:{line}: t takes the Indonesian and the English text"
        values = []
        for one in arguments:
            assert isinstance(one, nodes.Const) and isinstance(one.value, str), f"{path.name}:{line}: t takes texts, not names"
            values.append(one.value)
        found.append((line, values[0], values[1]))
    return found


@pytest.mark.parametrize("path", TEMPLATES, ids=IDS)
def test_ux_c_12_every_text_is_there_in_both_languages(path: Path) -> None:
    for line, indonesian, english in _texts(path):
        assert indonesian.strip() and english.strip(), f"{path.name}:{line}"
        fields = [sorted(re.findall(r"\{(\w+)\}", text)) for text in (indonesian, english)]
        assert set(fields[0]) == set(fields[1]), f"{path.name}:{line}: the two texts have different fields"


def _bare_words(path: Path) -> list[str]:
    """Return words outside of tags and of Jinja: they would be of one language only."""
    text = re.sub(r"\{#.*?#\}", " ", path.read_text(), flags=re.S)
    text = re.sub(r"\{% block \w+_class %\}.*?\{% endblock %\}", " ", text)
    text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", " ", text, flags=re.S)
    text = re.sub(r"<(code|pre|kbd|samp)\b.*?</\1>|<[a-z]+[^>]* (?:lang|translate)=[^>]*>[^<]*", " ", text, flags=re.S)
    text = re.sub(r"<!?[^>]+>", " ", re.sub(r'[\w-]+="[^"]*"', " ", text))
    return [word for word in re.findall(r"[^\W\d_]{3,}", re.sub(r"&\w+;", " ", text)) if word not in NAMES]


# Names, and terms that are the same in both languages.
NAMES = {
    "Gapura",
    "WhatsApp",
    "PKCE",
    "Client",
    "Token",
    "Parameter",
    "nginx",
    "env",
    "Content",
    "NIK",
    "NIP",
    "HP",
    "API",
    "YAML",
    "JSON",
    "URL",
    "curl",
    "TOTP",
    "SSO",
}


@pytest.mark.parametrize("path", TEMPLATES, ids=IDS)
def test_ux_c_12_no_word_stands_outside_of_t(path: Path) -> None:
    assert _bare_words(path) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=IDS)
def test_ux_c_13_the_glossary_is_kept(path: Path) -> None:
    found = []
    for line, indonesian, _ in _texts(path):
        for pattern, instead in NOT_INDONESIAN.items():
            flags = 0 if "anda" in pattern else re.I
            if re.search(pattern, indonesian, flags):
                found.append(f"{path.name}:{line}: {indonesian!r}: {instead}")
    assert found == []


@pytest.mark.parametrize("path", TEMPLATES, ids=IDS)
def test_ux_c_13_sentences_are_short(path: Path) -> None:
    long = []
    for line, indonesian, _ in _texts(path):
        for sentence in re.split(r"(?<=[.!?:;])\s", indonesian):
            if len(sentence.split()) > MOST_WORDS:
                long.append(f"{path.name}:{line}: {len(sentence.split())} words: {sentence}")
    assert long == []


@pytest.mark.parametrize("path", TEMPLATES, ids=IDS)
def test_ux_c_2_no_code_stands_in_the_page(path: Path) -> None:
    text = path.read_text()
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)", text) == []
    assert "|safe" not in text.replace(" ", "")


def test_the_lint_sees_what_is_wrong(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text('<p style="x">Silakan klik</p>{{ t("Lupa password? " , "Forgot?") }}')
    assert _bare_words(page) == ["Silakan", "klik"]
    with pytest.raises(AssertionError):
        test_ux_c_13_the_glossary_is_kept(page)
    with pytest.raises(AssertionError):
        test_ux_c_2_no_code_stands_in_the_page(page)
