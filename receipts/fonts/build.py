"""Make the font files of the project from the static Noto Sans SC files.

Not part of the service: run it when a new version of the fonts is taken, look at the pages, and
commit what it wrote. Take the static TrueType files (glyf outlines; the PDF writer cannot embed
PostScript outlines) of the npm package @expo-google-fonts/noto-sans-sc, version 0.4.3: `npm pack`
it and unpack it. Then, in a virtual environment of its own with fonttools 4.68 and brotli 1.2:

    python receipts/fonts/build.py UNPACKED_FOLDER

The same input and the same fonttools give the same bytes. The licence (OFL.txt, SIL Open Font
License 1.1) reserves only the name "Source", so the files keep theirs.

What the files hold, as far as the source has the character:

- documents, regular: all ideographs of the planes 0, 2 and 3, which covers level 2 of
  GB 18030-2022, the 8105 characters of the Table of General Standard Chinese Characters and the
  rarer ones of names, with the signs that a document or a name may need;
- documents, bold: GB 2312 and the 8105 with the same signs (what is rarer falls back to regular);
- pages, both weights: GB 2312 and the 8105 with fewer signs, as WOFF2.

standard_characters.txt lists the 8105 in the order of the table (Unihan property kTGH).
"""

import argparse
import shutil
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

HERE = Path(__file__).parent
WEB = HERE.parents[1] / "foundation" / "static" / "fonts"
REGULAR = "400Regular/NotoSansSC_400Regular.ttf"
BOLD = "700Bold/NotoSansSC_700Bold.ttf"
KEPT_NAMES = [0, 1, 2, 3, 4, 5, 6, 13, 14]

IDEOGRAPHS = [(0x3400, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF)]
WEB_SIGNS = [
    (0x0020, 0x007E),  # ASCII
    (0x00A0, 0x00FF),  # Latin-1
    (0x2010, 0x2027),  # dashes, quotation marks, ellipsis
    (0x2030, 0x203B),
    (0x20AC, 0x20AC),
    (0x2103, 0x2116),
    (0x2160, 0x217B),  # Roman numerals
    (0x2190, 0x2193),
    (0x2212, 0x2212),
    (0x2264, 0x2265),
    (0x2460, 0x2473),  # numbers in circles
    (0x25A0, 0x25CF),
    (0x2713, 0x2717),
    (0x3000, 0x301F),  # CJK punctuation
    (0xFF01, 0xFF5E),  # full-width forms
    (0xFFE0, 0xFFE5),
]
SIGNS = [
    *WEB_SIGNS,
    (0x0100, 0x024F),  # Latin of names: Pinyin, Vietnamese, European languages
    (0x0370, 0x03FF),  # Greek
    (0x0400, 0x045F),  # Cyrillic
    (0x1E00, 0x1EFF),
    (0x2000, 0x206F),
    (0x20A0, 0x20CF),  # currencies
    (0x2100, 0x22FF),
    (0x2460, 0x24FF),
    (0x25A0, 0x26FF),
    (0x2E80, 0x2FDF),  # radicals
    (0x3000, 0x33FF),  # kana, bopomofo, enclosed and squared forms
    (0xFE30, 0xFE6F),
    (0xFF00, 0xFFEF),
]


def characters_of(ranges: list[tuple[int, int]]) -> set[int]:
    """Return the code points of inclusive ranges."""
    return {code for first, last in ranges for code in range(first, last + 1)}


def common_characters() -> set[int]:
    """Return GB 2312 and the 8105 of the Table of General Standard Chinese Characters."""
    table = (HERE / "standard_characters.txt").read_text(encoding="utf-8")
    found = {ord(character) for character in table if not character.isspace()}
    for row in range(0xB0, 0xF8):
        raw = bytes(byte for cell in range(0xA1, 0xFF) for byte in (row, cell))
        found |= {ord(character) for character in raw.decode("gb2312", errors="ignore")}
    return found


def write(source: Path, target: Path, wanted: set[int], *, flavor: str | None = None) -> None:
    """Write the glyphs of `wanted` that the source has, without hints and layout tables."""
    options = subset.Options()
    options.hinting = False
    options.layout_features = []
    options.glyph_names = False
    options.notdef_outline = True
    options.name_IDs = KEPT_NAMES
    options.name_languages = [0x409]
    options.drop_tables += ["BASE", "DSIG", "GDEF", "GPOS", "GSUB", "STAT", "VORG", "vhea", "vmtx"]
    options.recalc_timestamp = False
    options.flavor = flavor
    font = TTFont(source, recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=wanted)
    subsetter.subset(font)
    target.parent.mkdir(parents=True, exist_ok=True)
    subset.save_font(font, str(target), options)
    count = len(font.getBestCmap())
    print(f"{target.name}: {count} characters, {target.stat().st_size / 2**20:.2f} MiB")  # noqa: T201


def main() -> None:
    """Read the folder from the command line and write the four files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="the unpacked package with the static fonts")
    folder = parser.parse_args().folder
    signs = characters_of(SIGNS)
    common = common_characters()
    web = common | characters_of(WEB_SIGNS)
    ideographs = characters_of(IDEOGRAPHS)
    write(folder / REGULAR, HERE / "NotoSansSC-Regular.ttf", ideographs | common | signs)
    write(folder / BOLD, HERE / "NotoSansSC-Bold.ttf", common | signs)
    write(folder / REGULAR, WEB / "NotoSansSC-Regular.woff2", web, flavor="woff2")
    write(folder / BOLD, WEB / "NotoSansSC-Bold.woff2", web, flavor="woff2")
    # The licence travels with every copy of the fonts.
    shutil.copyfile(HERE / "OFL.txt", WEB / "OFL.txt")


if __name__ == "__main__":
    main()
