"""Terms of coded strings (CS) that messages and tables may show: those of the standard. Any other could be a name."""

from __future__ import annotations

from radioloom.io.dicom.kept import TERMS

# Defined terms of Modality (PS3.3, C.7.3.1.1.1), retired ones too.
MODALITIES = frozenset(
    """
ANN AR ASMT AU BDUS BI BMD CFM CR CT CTPROTOCOL DMS DG DOC DX ECG EEG EMG EOG EPS ES FID GM HC HD IO IOL IVOCT IVUS KER
KO LEN LS M3D MG MR NM OAM OCT OP OPM OPT OPTBSV OPTENF OPV OSS OT PA PLAN POS PR PT PX REG RESP RF RG RTDOSE RTIMAGE
RTINTENT RTPLAN RTRAD RTRECORD RTSEGANN RTSTRUCT RWV SEG SM SMR SR SRF STAIN TEXTUREMAP TG US VA XA XAPROTOCOL XC
AS CD CF CP CS DD DF DM DS EC FA FS LP MA MS OPR ST VF
""".split()
)


def term(told: str) -> str:
    """A coded string as it may be shown: "" where it is no term of the standard."""
    return told if told in TERMS or told in MODALITIES else ""
