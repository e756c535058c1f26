"""Photos as phones take them (HEIC), read by the system's own libheif, which gets its security updates.

Loaded by its path into a process that has nothing to lose, as `looking.py` is. It imports nothing of ours.
"""

import ctypes
import os
from functools import cache
from pathlib import Path
from typing import Any

LIBRARY = "libheif.so.1"
TOO_MUCH = 6  # libheif's word for what is beyond memory, or beyond its own limits
HEVC, RGB, PIXELS, PIXELS_WITH_ALPHA = 1, 1, 10, 11  # libheif's numbers: how phones code, a colour space, how pixels lie and are asked for


class HeifError(ctypes.Structure):
    """What libheif answers."""

    _fields_ = (("code", ctypes.c_int), ("subcode", ctypes.c_int), ("message", ctypes.c_char_p))


class HeifOptions(ctypes.Structure):
    """How libheif decodes, as far as every release of it has it."""

    _fields_ = (
        *(("version", ctypes.c_uint8), ("ignore_transformations", ctypes.c_uint8)),
        *((name, ctypes.c_void_p) for name in ("start_progress", "on_progress", "end_progress", "progress_data")),
        ("convert_hdr_to_8bit", ctypes.c_uint8),
    )


@cache
def load_heif() -> Any:
    """libheif, ready to be called; raises OSError where it, or what decodes HEVC for it, is missing."""
    heif, thing, number = ctypes.CDLL(LIBRARY), ctypes.c_void_p, ctypes.c_int
    calls: dict[str, tuple[Any, ...]] = {  # what each answers, and what it is given
        "have_decoder_for_format": (number, number),
        "context_alloc": (thing,),
        "context_read_from_file": (HeifError, thing, ctypes.c_char_p, thing),
        "context_set_max_decoding_threads": (None, thing, number),
        "context_get_primary_image_handle": (HeifError, thing, thing),
        "image_handle_get_width": (number, thing),
        "image_handle_get_height": (number, thing),
        "image_handle_has_alpha_channel": (number, thing),
        "decoding_options_alloc": (ctypes.POINTER(HeifOptions),),
        "decode_image": (HeifError, thing, thing, number, number, thing),
        "image_get_width": (number, thing, number),
        "image_get_height": (number, thing, number),
        "image_get_plane_readonly": (thing, thing, number, thing),
    }
    for name, (answer, *given) in calls.items():
        function = getattr(heif, f"heif_{name}")
        function.restype, function.argtypes = answer, given
    if not heif.heif_have_decoder_for_format(HEVC):
        raise OSError("libheif has no decoder for HEVC")
    return heif


class Heic:
    """A HEIC whose main picture was found and not decoded yet; what it takes of memory goes with this process."""

    def __init__(self, source: Path) -> None:
        self._heif, self._handle = load_heif(), ctypes.c_void_p()
        context = self._heif.heif_context_alloc()
        _require(self._heif.heif_context_read_from_file(context, os.fsencode(source), None))
        self._heif.heif_context_set_max_decoding_threads(context, 0)  # none but this one
        _require(self._heif.heif_context_get_primary_image_handle(context, ctypes.byref(self._handle)))
        self.width = self._heif.heif_image_handle_get_width(self._handle)
        self.height = self._heif.heif_image_handle_get_height(self._handle)

    def decode(self) -> Any:
        """The picture, upright as the file's own boxes say (what else a camera notes of that is not read); raises ValueError."""
        from PIL import Image

        heif, decoded, stride = self._heif, ctypes.c_void_p(), ctypes.c_int()
        mode, lying = ("RGBA", PIXELS_WITH_ALPHA) if heif.heif_image_handle_has_alpha_channel(self._handle) else ("RGB", PIXELS)
        options = heif.heif_decoding_options_alloc()
        options.contents.convert_hdr_to_8bit = 1
        _require(heif.heif_decode_image(self._handle, ctypes.byref(decoded), RGB, lying, options))
        size = heif.heif_image_get_width(decoded, PIXELS), heif.heif_image_get_height(decoded, PIXELS)
        place = heif.heif_image_get_plane_readonly(decoded, PIXELS, ctypes.byref(stride))
        if not place or size != (self.width, self.height) or min(size) < 1 or stride.value < size[0] * len(mode):
            raise ValueError("the picture is not of the size that its file says")
        pixels = (ctypes.c_ubyte * (stride.value * size[1])).from_address(place)
        return Image.frombuffer(mode, size, pixels, "raw", mode, stride.value, 1)


def _require(said: HeifError) -> None:
    if said.code == TOO_MUCH:
        raise MemoryError
    if said.code:
        raise ValueError(f"libheif says {said.code}.{said.subcode}")
