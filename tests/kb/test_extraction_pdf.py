import io
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter

from kb.errors import UnreadableSource
from kb.extraction import extract
from kb.extraction.paragraphs import joined


def pdf(pages: list[list[str]], properties: dict[str, str] | None = None) -> bytes:
    """A PDF with a font in which every character is its own code, so that any script fits."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    cmap = (
        b"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <0000> <FFFF> "
        b"endcodespacerange 1 beginbfrange <0000> <FFFF> <0000> endbfrange endcmap end"
    )
    objects += [
        b"<< /Type /Font /Subtype /Type0 /BaseFont /F /Encoding /Identity-H "
        b"/DescendantFonts [4 0 R] /ToUnicode 5 0 R >>",
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /F /CIDSystemInfo "
        b"<< /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /DW 1000 >>",
        _stream(cmap),
    ]
    kids = []
    for lines in pages:
        shown = "".join(
            f"1 0 0 1 50 {780 - 20 * at} Tm <{line.encode('utf-16-be').hex()}> Tj\n"
            for at, line in enumerate(lines)
        )
        objects.append(_stream(f"BT /F 12 Tf {shown} ET".encode()))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents %d 0 R "
            b"/Resources << /Font << /F 3 0 R >> >> >>" % len(objects)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids))
    body = io.BytesIO(b"%PDF-1.7\n")
    body.seek(0, io.SEEK_END)
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(body.tell())
        body.write(b"%d 0 obj\n%s\nendobj\n" % (number, content))
    start = body.tell()
    body.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    body.write(b"".join(b"%010d 00000 n \n" % offset for offset in offsets))
    body.write(b"trailer << /Size %d /Root 1 0 R >>\n" % (len(objects) + 1))
    body.write(b"startxref\n%d\n%%%%EOF" % start)
    if properties is None:
        return body.getvalue()
    return _rewritten(body.getvalue(), properties)


def _stream(content: bytes) -> bytes:
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content)


def _rewritten(data: bytes, properties: dict[str, str], password: tuple[str, ...] = ()) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    writer.add_metadata(properties)
    if password:
        writer.encrypt(*password, algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


REPORT = [
    ["GPU report 2024"],
    [
        "The fund lends five hundred and twelve acceler-",
        "ators to its companies for six months at a time,",
        "which is far more than anybody else has offered.",
        "It charges 2.10 dollars an hour.",
    ],
]


def test_text_in_paragraphs_with_what_the_properties_tell() -> None:
    data = pdf(
        REPORT,
        {
            "/Title": "Microsoft Word - GPU terms",
            "/Author": "Jane Doe",
            "/CreationDate": "D:20240729101500+08'00'",
        },
    )
    found = extract(data, "report.pdf")
    assert (found.form, found.language) == ("pdf", "en")
    assert (found.title, found.author, found.published) == ("GPU terms", "Jane Doe", "2024-07-29")
    assert found.text == (
        "GPU report 2024\n\nThe fund lends five hundred and twelve accelerators to its companies "
        "for six months at a time, which is far more than anybody else has offered. "
        "It charges 2.10 dollars an hour."
    )


@pytest.mark.parametrize(
    ("title", "author"),
    [
        ("untitled", "anonymous"),
        ("report final.docx", "Administrator"),
        ("", ""),
        ("a.pdf", "user"),
    ],
)
def test_properties_that_tell_nothing(title: str, author: str) -> None:
    data = pdf(REPORT, {"/Title": title, "/Author": author, "/CreationDate": "D:20241399"})
    found = extract(data, "r.pdf")
    assert (found.title, found.author, found.published) == ("GPU report 2024", None, None)


def test_chinese_lines_are_joined_without_spaces() -> None:
    lines = [
        "⼀家基金以低于市场的价格向初创企业出租五百一十二张英伟达芯片，",
        "每小时收费二点一美元。",
    ]
    found = extract(pdf([lines]), "zh.pdf")
    assert found.text == "".join(lines).replace("⼀", "一")
    assert found.language == "zh-Hans"


def test_copying_protected_is_read_and_password_protected_is_not() -> None:
    plain = pdf(REPORT)
    open_to_read = _rewritten(plain, {}, ("", "owner"))
    assert "2.10 dollars" in extract(open_to_read, "r.pdf").text
    with pytest.raises(UnreadableSource, match=r"^r\.pdf is protected by a password$") as caught:
        extract(_rewritten(plain, {}, ("secret", "owner")), "r.pdf")
    assert caught.value.hint


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (pdf([[], []]), "2 pages without text: it seems to be scanned"),
        (pdf([["\ue000\ue001\ue002 \ue003"]]), "scanned|fonts"),
        (pdf([["a \ue000\ue001\ue002 \ue003"]]), "fonts"),
        (b"%PDF-1.7\n", "damaged"),
        (pdf(REPORT)[:300], "damaged"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_line(data: bytes, message: str) -> None:
    with pytest.raises(UnreadableSource, match=message) as caught:
        extract(data, "r.pdf")
    assert "\n" not in caught.value.message
    assert caught.value.hint


def test_a_reader_that_takes_too_long_is_stopped() -> None:
    with pytest.raises(UnreadableSource, match=r"took more than 0\.01 s and was stopped"):
        extract(pdf(REPORT), "slow.pdf", deadline=0.01)


def test_the_reader_runs_nothing_from_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit(3)")
    (tmp_path / "kb.py").write_text("raise SystemExit(3)")
    monkeypatch.chdir(tmp_path)
    assert extract(pdf(REPORT), "r.pdf").title == "GPU report 2024"


def test_edges_of_pages_are_left_out_and_figures_stay() -> None:
    figures = ["41", "17", "99", "23"]
    pages = [
        f"Annual report\nTotal {figure}\nA second line.\nA third line.\n"
        f"{figure}\nPage {at} of 4\n{at + 10}"
        for at, figure in enumerate(figures, 1)
    ]
    text = joined(pages)
    assert "Annual report" not in text
    assert "of 4" not in text
    assert "12" not in text
    assert all(f"Total {figure}" in text and f"\n{figure}" in text for figure in figures)


def test_lists_and_short_lines_stay_apart() -> None:
    wide = "This line is as wide as the column that the text of this page is set in and goes on"
    text = joined([f"A heading\n{wide}\nto here.\n• one\n• two\n{wide}\n{wide}\nend."])
    assert text.split("\n\n") == [
        "A heading", f"{wide} to here.", "• one", "• two", f"{wide} {wide} end.",
    ]  # fmt: skip
