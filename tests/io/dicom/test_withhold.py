"""Names of patients, numbers and dates in whatever form people write them are withheld; other names are shown."""

import re

import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset

from made.hospital import ct, save, structures
from radioloom.io.dicom.ordinary import ORDINARY
from radioloom.io.dicom.withhold import WITHHELD, identifying_words, withhold


def words(**attributes):
    data = Dataset()
    for key, value in attributes.items():
        setattr(data, key, value)
    return identifying_words(data)


def other_number():
    item = Dataset()
    item.PatientID = "0088123456"
    return [item]


FILES = {  # attributes; names that are withheld; names that are shown
    "numbers": ({"PatientID": "0077000003"}, ["CTV 77000003", "CTV0077000003", "000077000003", "g77000003x"], ["3"]),
    "parts": ({"PatientID": "12-34-56"}, ["GTV 12-34-56", "GTV 123456", "GTV 12.34.56"], ["GTV 12", "GTV 34"]),
    "digits behind letters": (
        {"PatientID": "HN0012345"},
        ["GTV 0012345", "GTV 12345", "GTV HN12345", "GTV_0012345", "ctv12345b", "HN-0012345"],
        ["HN", "GTV 123", "GTV 1"],
    ),
    "digits between letters": (
        {"PatientID": "P1234567A", "AccessionNumber": "AB12-34-56"},
        ["GTV 1234567", "GTV_1234567", "GTV 123456", "A 12/34/56"], ["GTV 12", "PA", "GTV 34"],
    ),
    "few digits": ({"PatientID": "HN2019B1-7"}, ["HN2019B1", "hn2019b17"], ["GTV 2019", "GTV 1", "B1", "HN"]),
    "birth": (
        {"PatientBirthDate": "19510307"},
        ["19510307", "07.03.1951", "7.3.1951", "03/07/51", "3/7/1951", "1951-03-07", "510307", "7 Mar 1951",
         "07MAR1951", "March 7", "7. März 1951"],
        ["GTV 1951", "Boost 07", "March"],
    ),
    "day": ({"StudyDate": "20190312"}, ["GTV 20190312", "GTV_12.03.2019", "GTV 190312"], ["GTV 2019"]),
    "umlauts": (
        {"PatientName": "MÜLLER^JÖRG", "SpecificCharacterSet": "ISO_IR 192"},
        ["GTV Mueller", "gtv muller", "GTVMÜLLER", "Joerg", "MU\N{COMBINING DIAERESIS}LLER"], ["Mull"],
    ),
    "no umlauts": ({"PatientName": "MUELLER^Soeren"}, ["GTV Müller", "Muller", "Sören", "Søren"], ["Sorry"]),
    "no letters but A to Z": (
        {"PatientName": "Đorđević^Guðrún", "SpecificCharacterSet": "ISO_IR 192"},
        ["GTV Djordjevic", "Dordevic", "DJORĐEVIĆ", "Gudhrun", "gudrun"], ["Gun", "Jordan"],
    ),
    "sharp s": (
        {"PatientName": "Groß^Øle", "SpecificCharacterSet": "ISO_IR 192"},
        ["GTV Gross", "GROSS", "GROẞ", "Oele", "ole"], ["Gro"],
    ),
    "initials": (
        {"PatientName": "Ångström^Jo Paul=王^小东", "SpecificCharacterSet": "ISO_IR 192"},
        ["GTV J.A.", "A. J. (new)", "J.P.A.", "J. P. Å.", "gtv-A.-J.-P.", "(Å.J.)"],
        ["GTV JA", "AJ", "JPA", "j.a.", "GTV J.", "J.B.", "J.A.V.", "XJ.A.", "J.A.2", "J A"],
    ),
    "initials of others": ({"OperatorsName": "BAKER^TOM", "InstitutionName": "St. Mary"}, ["baker"], ["T.B.", "S.M."]),
    "what is drawn": (
        {"PatientName": "Nowak^Lena"}, ["L.N."], ["LN", "GTV LN", "LN 2", "NL", "CTV_LN_left"],
    ),
    "short": (
        {"PatientName": "LI^WU"},
        ["GTVLi", "GTV_LI", "LIWU", "GTV wuli", "GTVLI", "Li2", "ctvWu"], ["Lining", "GTV liver"],
    ),
    "Chinese": (
        {"PatientName": "Wang^XiaoDong=王^小东", "SpecificCharacterSet": "GB18030"},
        ["GTV 王小东", "小东", "GTVwangxiaodong", "Xiaodong Wang"], ["GTV 东", "GTV 王国"],
    ),
    "one sign each": (
        {"PatientName": "Jin=김^중", "SpecificCharacterSet": "ISO_IR 192"}, ["GTV김중", "GTV 김 중"], ["GTV 중간"],
    ),
    "one sign alone": (
        {"PatientName": "Zhang^Wei=張^偉", "SpecificCharacterSet": "GB18030"},
        ["GTV 張", "GTV張", "張偉", "偉張", "GTV_偉_2", "張2"], ["GTV 右", "GTV 左肺", "張國"],
    ),
    "kana": (
        {"PatientName": "Yamada^Tarou=山田^太郎=やまだ^たろう", "SpecificCharacterSet": "ISO_IR 192"},
        ["GTV やまだ", "GTV ヤマダ", "GTV ﾔﾏﾀﾞ", "ヤマダタロウ", "GTV タロウ", "ﾀﾛｳ", "やまた\u3099"],
        ["GTV ヤマ", "GTV はい"],
    ),
    "kana of one form": (
        {"PatientName": "ヤマダ^ハナコ", "SpecificCharacterSet": "ISO_IR 192"}, ["GTV やまだ", "はなこ"], ["GTV はな"],
    ),
    "Cyrillic": (
        {"PatientName": "Иванов^Пётр", "SpecificCharacterSet": "ISO_IR 192"},
        ["GTV Ivanov", "GTV_Иванов", "GTV_ИВАНОВ", "GTVIvanova", "Petr", "Пётр", "П.И.", "P.I.", "ivanovpetr"],
        ["GTV Ivan", "P.V.", "Жив"],
    ),
    "Cyrillic in three spellings": (
        {"PatientName": "Жуковский^Андрей^Юрьевич", "SpecificCharacterSet": "ISO_IR 192"},
        ["Zhukovskiy", "Zhukovsky", "ZHUKOVSKII", "Žukovskij", "Andrey", "Andrei", "Andrej", "Yurevich", "Iurevich"],
        ["GTV Zuk", "Andreas"],
    ),
    "Cyrillic in German, French and Polish": (
        {"PatientName": "Иванов^Пётр", "ReferringPhysicianName": "Борисов^Щукин", "OperatorsName": "Ельцин^Чехов",
         "SpecificCharacterSet": "ISO_IR 192"},
        ["GTV Iwanow", "IVANOFF", "Iwanowa", "Pjotr", "Pyotr", "Piotr", "Borissow", "Borisow", "Borissoff",
         "Schtschukin", "Chtchoukine", "Szczukin", "Jelzin", "Yeltsin", "Tschechow", "Tchekhov", "Czechow"],
        ["GTV Iwan", "Boris", "left", "Schuko"],
    ),
    "Cyrillic of Ukraine": (
        {"PatientName": "Григоренко^Їжак", "SpecificCharacterSet": "ISO_IR 192"},
        ["Hryhorenko", "Izhak", "Yizhak"], ["Hry"],
    ),
    "Cyrillic name of a Latin patient": (
        {"PatientName": "Ivanov^Petr"}, ["GTV Иванов", "ПЕТР", "GTVИвановПётр", "П.И."], ["GTV Иван", "опухоль"],
    ),
    "Greek": (
        {"PatientName": "Παπαδόπουλος^Νικόλαος", "SpecificCharacterSet": "ISO_IR 192"},
        ["GTV ΝΙΚΟΛΑΟΣ", "GTV Papadopoulos", "Nikolaos", "Παπαδοπουλος", "N.P.", "Ν.Π."], ["GTV Papa", "β-Strahler"],
    ),
    "Greek in pairs": (
        {"PatientName": "Μπάκας^Ευθύμιος", "SpecificCharacterSet": "ISO_IR 192"}, ["Bakas", "Efthymios"], ["Efthy"],
    ),
    "hyphens": (
        {"PatientName": "Müller^Hans-Jörg", "SpecificCharacterSet": "ISO_IR 192"},
        ["GTV H-J.M.", "H.-J.M.", "H.-J. M.", "H.J.M.", "M. H-J.", "M.H.", "GTV-H.M."],
        ["A-P.", "H-J.", "T-M.", "H-J", "HJM"],
    ),
    "people": ({"ContentCreatorName": "BAKER^TOM", "ReviewerName": "COOK^ANN"}, ["GTV_BAKER", "cook"], ["Bake"]),
    "other numbers": ({"OtherPatientIDsSequence": other_number()}, ["GTV 88123456"], ["GTV 88"]),
}  # fmt: skip


@pytest.mark.parametrize("of", FILES)
def test_what_identifies_is_withheld_in_any_form(of):
    attributes, hidden, shown = FILES[of]
    known = words(**attributes)
    assert [name for name in hidden if withhold(name, known) != WITHHELD] == []
    assert [name for name in shown if withhold(name, known) != name] == []


@given(data=st.data(), attribute=st.sampled_from(["StudyID", "PatientID", "InstitutionName", "AccessionNumber"]))
@settings(max_examples=60, deadline=None)
def test_words_that_single_nobody_out_hide_no_structure_and_no_other_word(data, attribute):
    """Beside them whatever else stands in the value is withheld as before, and all of it written together."""
    ordinary = data.draw(st.lists(st.sampled_from(sorted(ORDINARY)), min_size=1, max_size=3))
    telling = data.draw(st.from_regex(r"[b-z]{2,6}[0-9]{0,5}", fullmatch=True).filter(lambda w: w not in ORDINARY))
    value = data.draw(st.sampled_from("_ -^")).join(data.draw(st.permutations([*ordinary, telling])))
    known = words(**{attribute: value})
    for name in (telling, f"GTV {telling}", value, value.upper(), "".join(re.findall("[a-z0-9]+", value))):
        assert withhold(name, known) == WITHHELD
    if len(telling) < 4:  # a longer one may stand within a word of the structure
        assert [word for word in ordinary if withhold(f"{word} GTV", known) == WITHHELD] == []


@pytest.mark.parametrize(
    ("attributes", "shown", "hidden"),
    [
        ({"StudyID": "IBSI_1_STS_025_CT"}, ["GTV_Mass_CT", "CT"], ["STS", "GTV IBSI", "ibsi1sts025ct"]),
        ({"InstitutionName": "Lung and Heart Clinic Maastro"}, ["Lung-Left", "Heart and lungs"], ["GTV maastro"]),
        ({"StudyID": "CT", "InstitutionName": "PET CT"}, ["GTV_CT", "GTV PET-CT", "petct"], []),
        ({"PatientName": "Heart^Anna"}, ["Lung"], ["Heart", "Anna", "GTV Heart", "annaheart"]),
        ({"PatientName": "HEART"}, ["Lung"], ["Heart"]),
        ({"PatientName": "Heart Anna 2"}, ["Lung"], ["Heart"]),
        ({"OperatorsName": "Lung^Wei"}, ["Heart"], ["Lung-Left"]),
        ({"PatientName": "Lung_Dx-A0001"}, ["Lung-Left", "Lung"], ["A0001", "lungdxa0001", "GTV Dx"]),
        ({"PatientID": "HEAD-NECK-07"}, ["Head", "Neck nodes"], ["headneck07", "Head-Neck-07"]),
    ],
)
def test_a_word_that_singles_nobody_out_is_withheld_as_a_persons_name_alone(attributes, shown, hidden):
    known = words(**attributes)
    assert [name for name in shown if withhold(name, known) != name] == []
    assert [name for name in hidden if withhold(name, known) != WITHHELD] == []


SETS = {  # a name in a set, and how its structure is called
    "ISO_IR 144": "Иванов", "ISO_IR 100": "JÖRG^U", "GB18030": "王^小东", "ISO_IR 126": "Παπάς", "ISO_IR 13": "ﾔﾏﾀﾞ",
    "\\ISO 2022 IR 87": "山田^太郎", "\\ISO 2022 IR 149": "김희중",
}  # fmt: skip


@pytest.mark.parametrize("sets", SETS)
def test_words_of_a_file_in_another_set_than_its_partner(tmp_path, sets):
    """The image's words in its own set, the structure's name in UTF-8, and the other way round."""
    name = SETS[sets]
    files = [ct(tmp_path, SpecificCharacterSet="ISO_IR 192")[0], structures(tmp_path / "rs", {"GTV": []})]
    for path, each in zip(files, (sets.split("\\"), "ISO_IR 192"), strict=True):
        data = pydicom.dcmread(path)
        data.SpecificCharacterSet, data.PatientName = each, name
        save(data, path)
    known = [identifying_words(pydicom.dcmread(path)) for path in files]
    for identifying in known:
        assert withhold(f"GTV {name.replace('^', '')}", identifying) == WITHHELD
        assert withhold("GTV", identifying) == "GTV"
