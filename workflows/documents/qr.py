"""The QR code that leads from paper to the verification page."""

from io import BytesIO

import segno
from markupsafe import Markup

MASK = 3  # fixed: spares the search for the best mask, and the code stays the same for the same address
TITLE = "Kode QR menuju halaman verifikasi"


def draw_qr(address: str) -> Markup:
    """The address as an inline SVG at error level M, without quiet zone (the page leaves it), with alternative text."""
    picture = BytesIO()
    code = segno.make(address, error="m", mask=MASK, micro=False, boost_error=False)
    code.save(picture, kind="svg", border=0, xmldecl=False, svgns=False, title=TITLE, omitsize=True, dark="#10312f", light=None, nl=False)
    return Markup(picture.getvalue().decode())  # noqa: S704 -- drawn here; the address became squares
