"""Whether a sentence says what a record is about: words of its title, in their order."""

import re

from harvesters.citations.values import fold

_WORD = re.compile(r"[^\W_]+")
# So many words of a title, one after the other, are no accident ...
_RUN = 4
# ... unless they are those of every title, folded.
_COMMON = frozenset(
    {
        "ban", "bo", "chinh", "chuong", "cua", "dan", "den", "dieu", "dinh", "doan", "doi", "duyet", "giai", "hanh", "hien", "hoach", "ke", "khai", "khung",
        "mot", "muc", "nam", "ngay", "nghi", "nhan", "phe", "pho", "phu", "quyet", "so", "sua", "thang", "thanh", "thu", "thuc", "tinh", "trien", "trinh",
        "truong", "tuong", "uy", "va", "van", "ve", "viec",
    }
)


def says_subject(sentence: str, title: str) -> bool:
    """Whether some words of the title, more than those that every title has, stand in the sentence in their order."""
    words = _WORD.findall(fold(title))
    said = " ".join(["", *_WORD.findall(fold(sentence)), ""])
    runs = (words[start : start + _RUN] for start in range(len(words) - _RUN + 1))
    return any(sum(word not in _COMMON and not word.isdigit() for word in run) >= 2 and f" {' '.join(run)} " in said for run in runs)
