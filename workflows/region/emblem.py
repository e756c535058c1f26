"""Read a region's own emblem from the data folder, and say what is wrong with one that papers cannot draw."""

from models.settings import settings
from workflows.process.refusals import Invalid
from workflows.region.plain_svg import MOST_SHAPES, NotPlain, NoViewBox, TooComplex, UnreadableDrawing, write_plain_svg

FIELD, MOST_BYTES = "emblem", 200_000


def read_own_emblem(name: str) -> str:
    """The drawing of `emblems/NAME.svg`, of opaque shapes only; FileNotFoundError where there is no such file.

    Raises Invalid: `emblem_too_large`, `emblem_unreadable`, `emblem_without_view_box`, `emblem_not_plain` (with the part in the way).
    """
    file = f"{name}.svg"
    with (settings().emblems / file).open("rb") as opened:
        content = opened.read(MOST_BYTES + 1)
    try:
        if len(content) > MOST_BYTES:
            raise TooComplex
        return write_plain_svg(content)
    except TooComplex as fault:
        raise Invalid("emblem_too_large", FIELD, file=file, maximum=MOST_BYTES // 1_000, shapes=MOST_SHAPES) from fault
    except UnreadableDrawing as fault:
        raise Invalid("emblem_unreadable", FIELD, file=file) from fault
    except NoViewBox as fault:
        raise Invalid("emblem_without_view_box", FIELD, file=file) from fault
    except NotPlain as fault:
        raise Invalid("emblem_not_plain", FIELD, file=file, part=str(fault)) from fault
