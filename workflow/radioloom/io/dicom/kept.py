"""What `deidentify` keeps of a file besides the attributes that PS3.15's Table E.1-1 names: what measuring needs.

The table names attributes that identify, as far as a committee could list them; retired ones, new ones and those of
vendors are not in it. So what stands neither in the table nor here is removed, whatever it may be.
"""

from __future__ import annotations

import re

from pydicom.datadict import tag_for_keyword

ATTRIBUTES = re.findall(
    r"\w+",
    """
SpecificCharacterSet ImageType FrameType SOPClassUID SOPInstanceUID Modality SeriesInstanceUID StudyInstanceUID
FrameOfReferenceUID Manufacturer ManufacturerModelName SoftwareVersions ConvolutionKernel BodyPartExamined
ReferencedSOPClassUID ReferencedSOPInstanceUID ReferencedImageSequence ReferencedInstanceSequence
ReferencedSeriesSequence ReferencedSOPSequence SourceImageSequence DerivationImageSequence ReferencedFrameNumber
CodeValue CodingSchemeDesignator CodingSchemeVersion CodeMeaning AnatomicRegionSequence
SeriesNumber AcquisitionNumber InstanceNumber TemporalPositionIndex TemporalPositionIdentifier NumberOfTemporalPositions
ImagePositionPatient ImageOrientationPatient PatientPosition SliceLocation SliceThickness SpacingBetweenSlices
InStackPositionNumber NumberOfFrames InConcatenationNumber InConcatenationTotalNumber ConcatenationFrameOffsetNumber
SamplesPerPixel PhotometricInterpretation Rows Columns PixelSpacing BitsAllocated BitsStored HighBit
PixelRepresentation PixelPaddingValue PixelPaddingRangeLimit PixelData FloatPixelData DoubleFloatPixelData
PixelPresentation VolumetricProperties VolumeBasedCalculationTechnique
RescaleIntercept RescaleSlope RescaleType WindowCenter WindowWidth PresentationLUTShape
ModalityLUTSequence LUTDescriptor LUTData ModalityLUTType
RealWorldValueMappingSequence RealWorldValueFirstValueMapped RealWorldValueLastValueMapped RealWorldValueIntercept
RealWorldValueSlope MeasurementUnitsCodeSequence
LossyImageCompression LossyImageCompressionRatio BurnedInAnnotation
SharedFunctionalGroupsSequence PerFrameFunctionalGroupsSequence PixelMeasuresSequence PlanePositionSequence
PlaneOrientationSequence PixelValueTransformationSequence FrameVOILUTSequence FrameContentSequence
FrameAcquisitionNumber CTImageFrameTypeSequence MRImageFrameTypeSequence PETFrameTypeSequence
DimensionOrganizationSequence DimensionOrganizationUID DimensionOrganizationType DimensionIndexSequence
DimensionIndexPointer FunctionalGroupPointer DimensionIndexValues
KVP Exposure ExposureInmAs ExposureInuAs ExposureTime XRayTubeCurrent ReconstructionDiameter ReconstructionFieldOfView
DataCollectionDiameter GantryDetectorTilt TableHeight SpiralPitchFactor RevolutionTime SingleCollimationWidth
TotalCollimationWidth TableFeedPerRotation CTAcquisitionTypeSequence CTReconstructionSequence CTExposureSequence
CTXRayDetailsSequence CTGeometrySequence
MagneticFieldStrength RepetitionTime EchoTime EffectiveEchoTime InversionTime FlipAngle ScanningSequence SequenceVariant
MRAcquisitionType EchoNumbers EchoTrainLength PixelBandwidth ImagingFrequency NumberOfAverages AcquisitionMatrix
InPlanePhaseEncodingDirection DiffusionBValue MRDiffusionSequence MRTimingAndRelatedParametersSequence MREchoSequence
MRImagingModifierSequence MRModifierSequence
Units CountsSource SeriesType CorrectedImage DecayCorrection DecayFactor SUVType FrameReferenceTime ActualFrameDuration
RandomsCorrectionMethod NumberOfSlices NumberOfTimeSlices ImageIndex DoseCalibrationFactor ScatterFractionFactor
SliceSensitivityFactor RadiopharmaceuticalInformationSequence RadiopharmaceuticalStartTime
RadiopharmaceuticalStartDateTime RadionuclideTotalDose RadionuclideHalfLife RadionuclidePositronFraction
RadiopharmaceuticalCodeSequence RadionuclideCodeSequence PETFrameCorrectionFactorsSequence
ContrastBolusAgentSequence ContrastBolusUsageSequence
StudyDate StudyTime SeriesDate SeriesTime AcquisitionDate AcquisitionTime AcquisitionDateTime ContentDate ContentTime
StructureSetROISequence ROINumber ROIName ReferencedFrameOfReferenceUID ROIGenerationAlgorithm ROIContourSequence
ReferencedROINumber ROIDisplayColor ContourSequence ContourNumber ContourGeometricType NumberOfContourPoints ContourData
ContourOffsetVector ContourSlabThickness ConversionType
ContourImageSequence ReferencedFrameOfReferenceSequence RTReferencedStudySequence RTReferencedSeriesSequence
RTROIObservationsSequence ObservationNumber RTROIInterpretedType StructureSetLabel StructureSetDate StructureSetTime
ApprovalStatus
SegmentationType SegmentationFractionalType MaximumFractionalValue SegmentsOverlap SegmentSequence SegmentNumber
SegmentAlgorithmType SegmentAlgorithmName SegmentIdentificationSequence ReferencedSegmentNumber
SegmentedPropertyCategoryCodeSequence SegmentedPropertyTypeCodeSequence SegmentedPropertyTypeModifierCodeSequence
RecommendedDisplayCIELabValue ContentLabel
""",
)
KEPT = frozenset(tag for keyword in ATTRIBUTES if (tag := tag_for_keyword(keyword)) is not None)

# Words of coded strings (CS) that stay: terms that the standard defines for the attributes above. Others may be names.
TERMS = frozenset(
    """
ORIGINAL DERIVED PRIMARY SECONDARY AXIAL LOCALIZER MPR MIP MINIP PROJECTION REFORMATTED RESAMPLED NONE MIXED VOLUME
MOSAIC DV DI DF WSD SD SI DRW SYN ADDITION DIVISION MASKED MAXIMUM MINIMUM MULTIPLICATION QUANTITY STD_DEVIATION
AVERAGE MEDIAN ADD SUBTRACT SUBTRACTION SAMPLED DISTORTED MAX MIN MEAN MAX_IP MIN_IP OTHER M P R I M_FFE M_SE ADC FA B0
MAT_SPECIFIC MAT_REMOVED MAT_FRACTIONAL MAT_VALUE_BASED MAT_MODIFIED EFF_ATOMIC_NUM ELECTRON_DENSITY VMI
IODINE DET_IODINE VNC VUE ZEFF PBV CBF CBV RCBF RCBV MTT TTP TMAX
DIFFUSION T1 T2 T2_STAR PROTON_DENSITY PERFUSION REAL IMAGINARY PHASE MAGNITUDE STATIC DYNAMIC GATED WHOLE BODY IMAGE
REPROJECTION SINOGRAM WATER FAT IN_PHASE OUT_OF_PHASE VIRTUAL MONOENERGETIC ATTENUATION HELIX FLUOROSCOPY ANGIO
CT MR PT SEG RTSTRUCT MONOCHROME MONOCHROME1 MONOCHROME2 TRUE_COLOR COLOR
HFS HFP HFDR HFDL FFS FFP FFDR FFDL LFP LFS RFP RFS AFDR AFDL PFDR PFDL SITTING
YES NO 00 01 IDENTITY INVERSE BINARY FRACTIONAL LABELMAP PROBABILITY OCCUPANCY UNDEFINED
AUTOMATIC SEMIAUTOMATIC MANUAL PLANNED UNPLANNED UNAPPROVED APPROVED REJECTED 3D 3D_TEMPORAL TILED_FULL TILED_SPARSE
SE IR GR EP RM SK MTC SS TRSS SP MP OSP 2D ROW COL
CNTS NONE CM2 CM2ML PCNT CPS BQML MGMINML UMOLMINML MLMING MLG 1CM UMOLML PROPCNTS PROPCPS MLMINML MLML GML STDDEV SUV
EMISSION TRANSMISSION START ADMIN DECY ATTN SCAT DTIM MOTN PMOT CLN RAN RADL DCAL NORM BW LBM BSA LBMJAMES128 LBMJANMA
IBW DLYD SING PROCESSED
POINT OPEN_PLANAR OPEN_NONPLANAR CLOSED_PLANAR INTERPOLATED_PLANAR CLOSEDPLANAR_XOR
EXTERNAL PTV CTV GTV TREATED_VOLUME IRRAD_VOLUME BOLUS AVOIDANCE ORGAN MARKER REGISTRATION ISOCENTER CONTRAST_AGENT
CAVITY BRACHY_CHANNEL SUPPORT FIXATION DOSE_REGION CONTROL DOSE_MEASUREMENT DEVICE
ABDOMEN ADRENAL ANKLE AORTA BLADDER BRAIN BREAST CHEST COLON CSPINE ELBOW ESOPHAGUS EXTREMITY EYE FOOT HAND HEAD
HEADNECK HEART HIP KIDNEY KNEE LEG LIVER LSPINE LUNG NECK OVARY PANCREAS PELVIS PROSTATE RECTUM SHOULDER SKULL SPINE
SPLEEN STOMACH THIGH THYROID TSPINE UTERUS WHOLEBODY WRIST CHESTABDOMEN CHESTABDPELVIS ABDOMENPELVIS
""".split()
)
CHARACTERS = frozenset(
    "ISO_IR ISO 2022 IR 6 13 58 87 100 101 109 110 126 127 138 144 148 149 159 166 192 203 GB18030 GBK".split()
)

# What values of other kinds look like: decimal strings, dates and times, and names and codes of products.
DECIMAL = re.compile(r" *(?:[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?)? *", re.ASCII)
TIME = r"(?:[01]\d|2[0-3])(?:[0-5]\d(?:(?:[0-5]\d|60)(?:\.\d{1,6})?)?)?"
WHEN = {"DA": re.compile(r"\d{8}", re.ASCII), "DT": re.compile(rf"\d{{8}}(?:{TIME})?(?:[+-]\d{{4}})?", re.ASCII)}
WHEN |= {"TM": re.compile(rf"(?:{TIME})? *", re.ASCII), "SH": re.compile(r"(?:[+-]\d{4})? *", re.ASCII)}
PRODUCT = re.compile(r"[\w .,;:/+()*^{}\[\]-]{0,64}")  # what vendors call kernels, models, versions; codes
