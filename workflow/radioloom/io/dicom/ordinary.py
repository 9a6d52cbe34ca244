"""Words that single nobody out: what an image is, what is drawn on it, and the small words between them."""

from __future__ import annotations

IMAGES = "ct mr mri pt pet cbct spect seg rtstruct scan image series study"
DRAWN = "gtv gtvp gtvn igtv ctv ptv itv roi oar mass tumor tumour lesion node nodal lymph primary metastasis"
SIDES = "left right upper lower middle anterior posterior superior inferior lateral medial"
ORGANS = """
body skin lung heart liver kidney spleen pancreas brain brainstem breast bladder rectum bowel colon sigmoid duodenum
stomach oesophagus esophagus trachea bronchus aorta prostate uterus cervix ovary thyroid parotid larynx pharynx
oropharynx mandible oral cavity lip tongue eye lens optic chiasm cochlea spinal cord canal spine bone rib femur pelvis
sternum abdomen thorax chest head neck skull lunge herz leber niere hirn milz
"""
BETWEEN = "an and the of for in on at with or to und der die das des et de la le les du"
_ONE = f"{IMAGES} {DRAWN} {SIDES} {ORGANS} {BETWEEN}".split()

ORDINARY = frozenset(_ONE) | {f"{word}s" for word in _ONE if len(word) > 2}  # folded, as `withhold` folds words
