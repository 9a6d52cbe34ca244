"""From contours and label maps to masks on the image's grid, and masks against each other."""
