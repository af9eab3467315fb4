"""Bars drawn over a scan: the picture beneath is whole, and whoever takes it out of the PDF sees what the bar hides. Where flat
shapes or remarks lie on a picture, the page is drawn again without them and the two are compared."""

from collections.abc import Iterator
from typing import Any

Box = tuple[float, float, float, float]
_SCALE = 1.5
_FLAT = 12  # grey levels that count as one colour
_LIGHT, _INK = 150, 110  # paper, and what is written on it
_WRITTEN = 0.01  # how much of what lies beneath is ink, at least
_LEAST_WIDTH, _LEAST_HEIGHT = 12.0, 5.0  # points
_LARGEST = 0.25  # of the page: what covers more is a page's design, not a bar


def over_pictures(page: Any, pictures: list[Box]) -> Iterator[str]:
    """Where bars hide what is written in a picture. Takes the bars off the page: nothing else may be asked of it afterwards."""
    import pypdfium2.raw as raw

    if not pictures:
        return
    left, bottom, right, top = page.get_cropbox() or page.get_mediabox()
    least = _LARGEST * (right - left) * (top - bottom)
    remarks = [box for box in _remarks(page, raw) if _is_bar(box, least) and _lies_on(box, pictures)]
    shapes = [one for one in _shapes(page, raw) if _is_bar(one.get_bounds(), least) and _lies_on(one.get_bounds(), pictures)]
    if not remarks and not shapes:
        return
    boxes = [*remarks, *(one.get_bounds() for one in shapes)]
    before = page.render(scale=_SCALE, may_draw_forms=True).to_pil().convert("L")
    for one in shapes:
        page.remove_obj(one)
    after = page.render(scale=_SCALE, may_draw_forms=False, draw_annots=False).to_pil().convert("L")
    for x0, y0, x1, y1 in boxes:
        area = [round((x0 - left) * _SCALE) + 1, round((top - y1) * _SCALE) + 1, round((x1 - left) * _SCALE) - 1, round((top - y0) * _SCALE) - 1]
        area = [max(0, area[0]), max(0, area[1]), min(before.width, area[2]), min(before.height, area[3])]
        if area[2] > area[0] and area[3] > area[1] and _hides(before.crop(area), after.crop(area)):
            yield "a bar over a scan"


def _hides(over: Any, beneath: Any) -> bool:
    """Whether a bar of one colour lies on paper that somebody wrote on."""
    darkest, lightest = over.getextrema()
    if lightest - darkest > _FLAT:
        return False
    counts = beneath.histogram()
    total = sum(counts)
    return sum(counts[:_INK]) > _WRITTEN * total and sum(counts[_LIGHT:]) > 0.5 * total


def _is_bar(box: Box, largest: float) -> bool:
    width, height = box[2] - box[0], box[3] - box[1]
    return width >= _LEAST_WIDTH and height >= _LEAST_HEIGHT and width * height <= largest


def _lies_on(box: Box, pictures: list[Box]) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return any(one[0] <= x <= one[2] and one[1] <= y <= one[3] for one in pictures)


def _shapes(page: Any, raw: Any) -> Iterator[Any]:
    """The filled shapes and the small pictures that were drawn after the first picture of a page."""
    import ctypes

    pictured = False
    for one in page.get_objects(max_depth=1):
        if one.type == raw.FPDF_PAGEOBJ_IMAGE:
            if pictured:
                yield one
            pictured = True
        elif one.type == raw.FPDF_PAGEOBJ_PATH and pictured:
            mode, stroke = ctypes.c_int(), ctypes.c_int()
            if raw.FPDFPath_GetDrawMode(one, mode, stroke) and mode.value:
                yield one


def _remarks(page: Any, raw: Any) -> Iterator[Box]:
    """Where squares, stamps and the like lie."""
    wanted = (raw.FPDF_ANNOT_SQUARE, raw.FPDF_ANNOT_CIRCLE, raw.FPDF_ANNOT_STAMP, raw.FPDF_ANNOT_POLYGON, raw.FPDF_ANNOT_FREETEXT, raw.FPDF_ANNOT_REDACT,
              raw.FPDF_ANNOT_HIGHLIGHT, raw.FPDF_ANNOT_INK, raw.FPDF_ANNOT_LINE)  # fmt: skip
    for number in range(raw.FPDFPage_GetAnnotCount(page)):
        remark = raw.FPDFPage_GetAnnot(page, number)
        place = raw.FS_RECTF()
        if raw.FPDFAnnot_GetSubtype(remark) in wanted and raw.FPDFAnnot_GetRect(remark, place):
            yield (place.left, place.bottom, place.right, place.top)
        raw.FPDFPage_CloseAnnot(remark)
