"""Annotations as other programs write them: AIM 4 in both dialects, structured reports by highdicom."""

from pathlib import Path

AIM = "gme://caCORE.caCORE/4.4/edu.northwestern.radiology.AIM"


def code(meaning: str, code: str, system: str, dialect: str) -> str:
    if dialect == "attribute":
        return f'<typeCode code="{code}" codeSystem="{meaning}" codeSystemName="{system}"></typeCode>'
    iso = f'<iso:displayName value="{meaning}" xmlns:iso="uri:iso.org:21090"/>'
    return f'<typeCode code="{code}" codeSystemName="{system}">{iso}</typeCode>'


def answer(label: str, *codes: tuple[str, str, str], dialect: str = "displayName", more: str = "") -> str:
    said = "".join(code(*each, dialect) for each in codes)
    return (
        f'<ImagingObservationCharacteristic>{said}<label value="{label}"/><comment value="CANARY comment"/>{more}'
        "</ImagingObservationCharacteristic>"
    )


def aim(patient: str, answers: str, reader: str = "CANARY-login", time: str = "2014-09-03T18:07:05") -> str:
    """One AIM 4 document with one finding; canaries stand wherever people are named or may write what they like."""
    finding = (
        '<ImageAnnotation><name value="CANARY lesion"/><comment value="CANARY comment"/>'
        "<imagingObservationEntityCollection><ImagingObservationEntity>"
        f'{code("mass", "RID39056", "RadLex", "displayName")}<label value="Nodule"/>'
        f"<imagingObservationCharacteristicCollection>{answers}</imagingObservationCharacteristicCollection>"
        "</ImagingObservationEntity></imagingObservationEntityCollection></ImageAnnotation>"
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><ImageAnnotationCollection aimVersion="AIMv4_0" xmlns="{AIM}">'
        f'<dateTime value="{time}"/><user><name value="CANARY user"/><loginName value="{reader}"/></user>'
        f'<person><name value="CANARY patient"/><id value="{patient}"/><birthDate value="1950-01-01"/></person>'
        f"<imageAnnotations>{finding}</imageAnnotations></ImageAnnotationCollection>"
    )


def calculation(name: str, value: str, unit: str) -> str:
    return (
        f"<CalculationEntity>{code(name, 'C1', 'private', 'displayName')}<calculationResultCollection>"
        f'<CalculationResult><unitOfMeasure value="{unit}"/><calculationDataCollection><CalculationData>'
        f'<value value="{value}"/></CalculationData></calculationDataCollection></CalculationResult>'
        "</calculationResultCollection></CalculationEntity>"
    )


def report(path: Path, patient: str, groups: list[tuple], reader: str = "CANARY^Jane") -> None:
    """A report TID 1500; groups: (finding, measurements {name: (value, unit)}, evaluations {name: value})."""
    from highdicom import sr
    from pydicom.dataset import Dataset
    from pydicom.sr.codedict import codes
    from pydicom.sr.coding import Code
    from pydicom.uid import CTImageStorage, generate_uid

    image = Dataset()
    image.PatientID, image.PatientName, image.PatientBirthDate, image.PatientSex = patient, "CANARY^P", "19500101", "F"
    image.StudyInstanceUID, image.SeriesInstanceUID = generate_uid(), generate_uid()
    image.SOPInstanceUID, image.SOPClassUID, image.AccessionNumber = generate_uid(), CTImageStorage, "CANARY"
    image.StudyID, image.StudyDate, image.StudyTime, image.ReferringPhysicianName = "1", "20140101", "120000", ""
    image.Rows = image.Columns = 4
    named = {name: Code(f"X{place}", "99TEST", name) for place, name in enumerate(("Margin", "lobulated", "smooth"))}
    made = [
        sr.MeasurementsAndQualitativeEvaluations(
            tracking_identifier=sr.TrackingIdentifier(uid=generate_uid(), identifier="CANARY lesion"),
            finding_type=finding,
            measurements=[
                sr.Measurement(name=name, value=value, unit=unit) for name, (value, unit) in measured.items()
            ],
            qualitative_evaluations=[
                sr.QualitativeEvaluation(name=named[name], value=named[value]) for name, value in said.items()
            ],
        )
        for finding, measured, said in groups
    ]
    observer = sr.ObserverContext(
        observer_type=codes.DCM.Person,
        observer_identifying_attributes=sr.PersonObserverIdentifyingAttributes(name=reader),
    )
    content = sr.MeasurementReport(
        observation_context=sr.ObservationContext(observer_person_context=observer),
        procedure_reported=codes.LN.CTUnspecifiedBodyRegion,
        imaging_measurements=made,
    )
    sr.ComprehensiveSR(
        evidence=[image], content=content[0], series_number=1, series_instance_uid=generate_uid(),
        sop_instance_uid=generate_uid(), instance_number=1, manufacturer="test",
    ).save_as(path)  # fmt: skip
