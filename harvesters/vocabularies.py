"""The closed lists of words that records use, each with its label in English and Vietnamese.

Codes are what records, addresses and the API carry; labels are what people read.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a vocabulary: its code and its labels."""

    code: str
    en: str
    vi: str

    def label(self, language: str) -> str:
        """The label in `language` (a BCP 47 tag), English where there is none."""
        return self.vi if language.split("-")[0] == "vi" else self.en


class Vocabulary(Mapping[str, Term]):
    """A closed list, in its order of display. `name` is what error messages call one of its words."""

    def __init__(self, name: str, *terms: tuple[str, str, str]) -> None:
        self.name = name
        self._terms = {code: Term(code, en, vi) for code, en, vi in terms}

    def __getitem__(self, code: str) -> Term:
        return self._terms[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._terms)

    def __len__(self) -> int:
        return len(self._terms)

    def check(self, code: str) -> str:
        """Return `code` if it is in the list; ValueError naming the known ones otherwise."""
        if code not in self._terms:
            raise ValueError(f"{self.name} {code!r} is unknown; known: {', '.join(self._terms)}")
        return code

    def label(self, code: str, language: str = "en") -> str:
        """The label of `code`; the code itself where it is not in the list (old data never breaks a page)."""
        return self._terms[code].label(language) if code in self._terms else code


AXES = Vocabulary(
    "axis",
    ("decision", "Decision", "Quyết định"),
    ("policy", "Policy", "Chính sách"),
    ("outcome", "Outcome", "Kết quả"),
)

DECISION_TYPES = Vocabulary(
    "type of decision",
    ("decision", "Decision", "Quyết định"),
    ("resolution", "Resolution", "Nghị quyết"),
    ("order", "Order", "Mệnh lệnh"),
    ("executive_order", "Executive order", "Sắc lệnh hành pháp"),
    ("proclamation", "Proclamation", "Tuyên cáo"),
    ("approval", "Approval", "Phê duyệt"),
    ("permit", "Permit or licence", "Giấy phép"),
    ("award", "Contract award", "Trao thầu"),
    ("contract", "Contract", "Hợp đồng"),
    ("grant", "Grant", "Tài trợ"),
    ("payment", "Payment", "Khoản chi"),
    ("appointment", "Appointment", "Bổ nhiệm"),
    ("vote", "Vote", "Biểu quyết"),
    ("meeting", "Meeting", "Cuộc họp"),
    ("ruling", "Ruling", "Phán quyết"),
    ("notice", "Notice", "Thông báo"),
    ("other", "Other decision", "Quyết định khác"),
)

POLICY_TYPES = Vocabulary(
    "type of policy",
    ("law", "Law", "Luật"),
    ("regulation", "Regulation or rule", "Quy định"),
    ("proposed_rule", "Proposed rule", "Dự thảo quy định"),
    ("resolution", "Policy resolution", "Nghị quyết chính sách"),
    ("strategy", "Strategy", "Chiến lược"),
    ("programme", "Programme", "Chương trình"),
    ("plan", "Plan", "Kế hoạch"),
    ("guideline", "Guideline", "Hướng dẫn"),
    ("standard", "Standard", "Tiêu chuẩn"),
    ("budget", "Budget", "Ngân sách"),
    ("consultation", "Consultation", "Lấy ý kiến"),
    ("policy_paper", "Policy paper", "Văn kiện chính sách"),
    ("treaty", "Treaty or agreement", "Điều ước"),
    ("dataset", "Dataset on policy", "Bộ dữ liệu về chính sách"),
    ("other", "Other policy", "Chính sách khác"),
)

OUTCOME_TYPES = Vocabulary(
    "type of outcome",
    ("indicator", "Indicator series", "Chuỗi chỉ số"),
    ("statistics", "Statistics", "Số liệu thống kê"),
    ("dataset", "Dataset", "Bộ dữ liệu"),
    ("evaluation", "Evaluation", "Đánh giá"),
    ("audit", "Audit", "Kiểm toán"),
    ("inspection", "Inspection", "Thanh tra"),
    ("report", "Report", "Báo cáo"),
    ("survey", "Survey", "Khảo sát"),
    ("spending", "Spending data", "Dữ liệu chi tiêu"),
    ("other", "Other outcome", "Kết quả khác"),
)

TYPES = {"decision": DECISION_TYPES, "policy": POLICY_TYPES, "outcome": OUTCOME_TYPES}

STATUSES = Vocabulary(
    "status",
    ("draft", "Draft", "Dự thảo"),
    ("proposed", "Proposed", "Đề xuất"),
    ("open", "Open", "Đang mở"),
    ("closed", "Closed", "Đã đóng"),
    ("approved", "Approved", "Đã thông qua"),
    ("rejected", "Rejected", "Bị bác"),
    ("in_force", "In force", "Đang có hiệu lực"),
    ("completed", "Completed", "Đã hoàn thành"),
    ("cancelled", "Cancelled", "Đã hủy"),
    ("expired", "Expired", "Hết hiệu lực"),
    ("repealed", "Repealed", "Bị bãi bỏ"),
    ("superseded", "Superseded", "Bị thay thế"),
)

# The EU's data themes (authority table data-theme), and the UN's Sustainable Development Goals by number.
THEMES = Vocabulary(
    "subject",
    ("AGRI", "Agriculture, fisheries, forestry and food", "Nông nghiệp, thủy sản, lâm nghiệp và thực phẩm"),
    ("ECON", "Economy and finance", "Kinh tế và tài chính"),
    ("EDUC", "Education, culture and sport", "Giáo dục, văn hóa và thể thao"),
    ("ENER", "Energy", "Năng lượng"),
    ("ENVI", "Environment", "Môi trường"),
    ("GOVE", "Government and public sector", "Chính phủ và khu vực công"),
    ("HEAL", "Health", "Y tế"),
    ("INTR", "International issues", "Quốc tế"),
    ("JUST", "Justice, legal system and public safety", "Tư pháp, pháp luật và an toàn công cộng"),
    ("REGI", "Regions and cities", "Vùng và đô thị"),
    ("SOCI", "Population and society", "Dân số và xã hội"),
    ("TECH", "Science and technology", "Khoa học và công nghệ"),
    ("TRAN", "Transport", "Giao thông"),
)
GOALS = Vocabulary(
    "Sustainable Development Goal",
    ("SDG1", "SDG 1: No poverty", "SDG 1: Xóa nghèo"),
    ("SDG2", "SDG 2: Zero hunger", "SDG 2: Xóa đói"),
    ("SDG3", "SDG 3: Good health and well-being", "SDG 3: Sức khỏe và cuộc sống tốt"),
    ("SDG4", "SDG 4: Quality education", "SDG 4: Giáo dục có chất lượng"),
    ("SDG5", "SDG 5: Gender equality", "SDG 5: Bình đẳng giới"),
    ("SDG6", "SDG 6: Clean water and sanitation", "SDG 6: Nước sạch và vệ sinh"),
    ("SDG7", "SDG 7: Affordable and clean energy", "SDG 7: Năng lượng sạch và bền vững"),
    ("SDG8", "SDG 8: Decent work and economic growth", "SDG 8: Việc làm tốt và tăng trưởng kinh tế"),
    ("SDG9", "SDG 9: Industry, innovation and infrastructure", "SDG 9: Công nghiệp, sáng tạo và hạ tầng"),
    ("SDG10", "SDG 10: Reduced inequalities", "SDG 10: Giảm bất bình đẳng"),
    ("SDG11", "SDG 11: Sustainable cities and communities", "SDG 11: Đô thị và cộng đồng bền vững"),
    ("SDG12", "SDG 12: Responsible consumption and production", "SDG 12: Tiêu thụ và sản xuất có trách nhiệm"),
    ("SDG13", "SDG 13: Climate action", "SDG 13: Ứng phó biến đổi khí hậu"),
    ("SDG14", "SDG 14: Life below water", "SDG 14: Tài nguyên biển"),
    ("SDG15", "SDG 15: Life on land", "SDG 15: Tài nguyên đất liền"),
    ("SDG16", "SDG 16: Peace, justice and strong institutions", "SDG 16: Hòa bình, công lý và thể chế vững mạnh"),
    ("SDG17", "SDG 17: Partnerships for the goals", "SDG 17: Quan hệ đối tác vì các mục tiêu"),
)
SUBJECTS = Vocabulary("subject", *((term.code, term.en, term.vi) for term in (*THEMES.values(), *GOALS.values())))

RELATIONS = Vocabulary(
    "relation",
    ("implements", "Implements", "Triển khai"),
    ("based_on", "Based on", "Căn cứ vào"),
    ("amends", "Amends", "Sửa đổi"),
    ("supersedes", "Supersedes", "Thay thế"),
    ("corrects", "Corrects", "Đính chính"),
    ("cites", "Cites", "Viện dẫn"),
    ("evaluates", "Evaluates", "Đánh giá"),
    ("measures", "Measures", "Đo lường"),
    ("part_of", "Part of", "Thuộc về"),
)
# The same relations read from the other end.
INVERSE_RELATIONS = Vocabulary(
    "relation",
    ("implements", "Implemented by", "Được triển khai bởi"),
    ("based_on", "Basis of", "Là căn cứ của"),
    ("amends", "Amended by", "Được sửa đổi bởi"),
    ("supersedes", "Superseded by", "Bị thay thế bởi"),
    ("corrects", "Corrected by", "Được đính chính bởi"),
    ("cites", "Cited by", "Được viện dẫn bởi"),
    ("evaluates", "Evaluated by", "Được đánh giá bởi"),
    ("measures", "Measured by", "Được đo lường bởi"),
    ("part_of", "Has part", "Bao gồm"),
)

# How often a series is measured: codes of SDMX's CL_FREQ.
FREQUENCIES = Vocabulary(
    "frequency",
    ("A", "Yearly", "Hằng năm"),
    ("A2", "Every two years", "Hai năm một lần"),
    ("S", "Half-yearly", "Sáu tháng một lần"),
    ("Q", "Quarterly", "Hằng quý"),
    ("M", "Monthly", "Hằng tháng"),
    ("W", "Weekly", "Hằng tuần"),
    ("D", "Daily", "Hằng ngày"),
    ("I", "Irregular", "Không định kỳ"),
)

# How often a report is owed, with the months between two.
REPORT_RHYTHMS = Vocabulary(
    "rhythm of reports",
    ("A", "Yearly", "Hằng năm"),
    ("S", "Half-yearly", "Sáu tháng một lần"),
    ("Q", "Quarterly", "Hằng quý"),
    ("M", "Monthly", "Hằng tháng"),
    ("A2", "Every two years", "Hai năm một lần"),
    ("A3", "Every three years", "Ba năm một lần"),
    ("A5", "Every five years", "Năm năm một lần"),
)
RHYTHM_MONTHS = {"M": 1, "Q": 3, "S": 6, "A": 12, "A2": 24, "A3": 36, "A5": 60}

# What is to be known of one figure: codes of SDMX's CL_OBS_STATUS.
OBSERVATION_STATUSES = Vocabulary(
    "observation status",
    ("A", "Normal", "Bình thường"),
    ("P", "Provisional", "Sơ bộ"),
    ("E", "Estimated", "Ước tính"),
    ("F", "Forecast", "Dự báo"),
    ("B", "Break in the series", "Gián đoạn chuỗi"),
    ("M", "Missing", "Thiếu"),
    ("R", "Revised", "Đã hiệu chỉnh"),
)

CHOICES = Vocabulary(
    "vote",
    ("for", "For", "Tán thành"),
    ("against", "Against", "Không tán thành"),
    ("abstain", "Abstained", "Không biểu quyết"),
    ("absent", "Absent", "Vắng mặt"),
    ("recused", "Recused", "Từ chối tham gia do xung đột lợi ích"),
)

# How a vote was taken, where that is stated.
VOTE_METHODS = Vocabulary(
    "way of voting",
    ("roll_call", "Roll call", "Điểm danh từng người"),
    ("voice", "Voice vote", "Biểu quyết bằng lời"),
    ("hands", "Show of hands", "Giơ tay"),
    ("secret", "Secret ballot", "Bỏ phiếu kín"),
    ("consent", "Unanimous consent", "Nhất trí không phản đối"),
)

IDENTIFIER_SCHEMES = Vocabulary(
    "identifier scheme",
    ("document_number", "Document number", "Số văn bản"),
    ("docket", "Docket", "Mã hồ sơ"),
    ("eli", "ELI", "ELI"),
    ("ocid", "OCID", "OCID"),
    ("ada", "ADA", "ADA"),
    ("doi", "DOI", "DOI"),
    ("rin", "RIN", "RIN"),
    ("citation", "Citation", "Trích dẫn"),
    ("name", "Name at the source", "Tên tại nguồn"),
    ("url", "Address", "Địa chỉ"),
    ("other", "Other identifier", "Mã khác"),
)
