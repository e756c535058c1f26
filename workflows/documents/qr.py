"""The QR code that leads from paper to the verification page, as PDF operators in a box of the page."""

import segno

MASK = 3  # fixed: spares the search for the best mask, and the code stays the same for the same address
INK = "0.063 0.192 0.184 rg"  # #10312f


def draw_qr(address: str, left: float, bottom: float, side: float) -> bytes:
    """The address at error level M as filled runs of squares in a square box (points from the page's lower left corner).

    An artifact for screen readers, as the address also stands beside it as text; the page leaves the quiet zone.
    """
    matrix = segno.make(address, error="m", mask=MASK, micro=False, boost_error=False).matrix
    cell = side / len(matrix)
    runs = [f"/Artifact BMC q {cell:.5f} 0 0 {cell:.5f} {left:.3f} {bottom:.3f} cm {INK}"]
    for row, modules in enumerate(reversed(matrix)):
        column = 0
        while column < len(modules):
            dark = column
            while dark < len(modules) and modules[dark]:
                dark += 1
            if dark > column:
                runs.append(f"{column} {row} {dark - column} 1 re")
            column = dark + 1
    return ("\n".join(runs) + "\nf Q EMC\n").encode()
