"""From an image to the grid, the voxels and the grey levels that features are measured on (IBSI 1, chapter 2)."""
