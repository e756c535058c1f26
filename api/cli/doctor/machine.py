"""The machine under Gagas: Python, the libraries that set text, the fonts."""

import ctypes
import sys
from collections.abc import Callable
from pathlib import Path

import templates
from api.cli.doctor.finding import Remark, State
from workflows.adapters.heif import load_heif

PANGO = ("libgobject-2.0.so.0", "libpango-1.0.so.0", "libharfbuzz.so.0", "libfontconfig.so.1", "libpangoft2-1.0.so.0")
SUBSETTING = "libharfbuzz-subset.so.0"
OLDEST_PANGO = (1, 44)
FONTS = Path(templates.__file__).parent / "fonts"


def check_python(version: tuple[int, ...] = tuple(sys.version_info[:3])) -> Remark:
    """Python 3.11, 3.12 or 3.13."""
    spoken = ".".join(map(str, version))
    if (3, 11) <= version[:2] < (3, 14):
        return Remark("Python", State.OK, spoken)
    return Remark(
        "Python", State.FAIL, f"{spoken}; Gagas needs 3.11, 3.12 or 3.13.", "rm -rf .venv && make setup, with such a Python first in PATH"
    )


def check_pango(libraries: tuple[str, ...] = PANGO, version: tuple[int, ...] | None = None) -> Remark:
    """The libraries WeasyPrint sets text with; asked of the system itself, as a failing import would print a banner."""
    missing = [name for name in libraries if not loads(name)]
    if missing:
        return Remark(
            "Pango",
            State.FAIL,
            f"{', '.join(missing)} cannot be loaded: no certificate or letter can be made.",
            "sudo apt-get install -y libpango-1.0-0 libpangoft2-1.0-0",
        )
    found = version or pango_version()
    spoken = ".".join(map(str, found))
    if found < OLDEST_PANGO:
        return Remark("Pango", State.FAIL, f"{spoken} is too old; 1.44 is the oldest that works.", "take Debian 11, Ubuntu 20.04 or later")
    return Remark("Pango", State.OK, spoken)


def check_subsetting(library: str = SUBSETTING) -> Remark:
    """HarfBuzz embeds of each font only the letters used, and quickly."""
    if loads(library):
        return Remark("font subsetting", State.OK, "HarfBuzz")
    return Remark(
        "font subsetting", State.WARN, f"{library} is missing: documents come slower.", "sudo apt-get install -y libharfbuzz-subset0"
    )


def check_heif(load: Callable[[], object] = load_heif) -> Remark:
    """The library that reads photos as phones take them; without it such files are refused, and a phone's browser sends JPEG."""
    try:
        load()
    except OSError:
        said = "libheif, or its decoder for HEVC, is missing: photos as HEIC are refused."
        return Remark(
            "photos of phones", State.WARN, said, "sudo apt-get install -y libheif1 (and libheif-plugin-libde265 where there is one)"
        )
    return Remark("photos of phones", State.OK, "libheif")


def check_fonts(folder: Path = FONTS) -> Remark:
    """The fonts that certificates are set in travel with Gagas."""
    fonts = [file for file in sorted(folder.glob("*.ttf")) if file.read_bytes()[:4] == b"\x00\x01\x00\x00"]
    if fonts and len(fonts) == len(list(folder.glob("*.ttf"))):
        return Remark("fonts", State.OK, f"{len(fonts)} packaged")
    return Remark("fonts", State.FAIL, f"The packaged fonts in {folder} are missing or damaged.", "git checkout -- templates/fonts")


def loads(library: str) -> bool:
    """Whether the system can load a shared library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def pango_version() -> tuple[int, ...]:
    """The release of the Pango that is loaded."""
    spoken = ctypes.CDLL(PANGO[1]).pango_version_string
    spoken.restype = ctypes.c_char_p
    return tuple(int(part) for part in spoken().decode().split("."))
